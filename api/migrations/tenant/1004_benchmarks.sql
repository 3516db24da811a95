-- What members of a GPO are told of each other's cost: means per need, fixed when an award is approved.
CREATE TABLE benchmark (
    tenant_id TEXT NOT NULL,
    approval_id TEXT NOT NULL,
    need TEXT NOT NULL,
    -- Whose sites are in it: {"site": "member"}.
    sites TEXT NOT NULL,
    -- Money a need unit, as it is told.
    today TEXT NOT NULL,
    award TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    told_from BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, approval_id, need)
);
CREATE INDEX benchmark_by_need ON benchmark (tenant_id, need);
