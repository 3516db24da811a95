-- Where the tenant wants to be told that runs ended, and what is still to be told.
CREATE TABLE webhook (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    url TEXT NOT NULL,
    -- What messages are signed with; it has to be known, not only recognized.
    secret TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- The last message: when, about which run, and what came of it.
    told_at BIGINT,
    told_run TEXT,
    outcome TEXT,
    PRIMARY KEY (tenant_id, id)
);
CREATE TABLE delivery (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    tries BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
