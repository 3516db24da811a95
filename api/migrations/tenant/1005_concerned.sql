-- The tender that an approved award is about, with the edits of its scenarios; and whom it concerns.
ALTER TABLE approval ADD COLUMN edited_tender TEXT;
CREATE TABLE concerned (
    tenant_id TEXT NOT NULL,
    approval_id TEXT NOT NULL,
    -- A role whose people belong to a party: member_viewer, supplier.
    role TEXT NOT NULL,
    party TEXT NOT NULL,
    PRIMARY KEY (tenant_id, approval_id, role, party)
);
