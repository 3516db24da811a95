-- Who there is: tenants, people, what they sign in with. No prices, no tenders.
CREATE TABLE tenant (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    -- The member or supplier of tenders that the person belongs to, where the role has one.
    party TEXT,
    password_hash TEXT,
    created_at BIGINT NOT NULL,
    left_at BIGINT,
    UNIQUE (tenant_id, name)
);
CREATE TABLE token (
    id TEXT NOT NULL PRIMARY KEY,
    -- Null for the operator of the server.
    tenant_id TEXT,
    person_id TEXT,
    secret_hash TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
CREATE TABLE session (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    csrf TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
