-- The database itself keeps tenants apart: every row is seen, and written, only inside a transaction that has said which
-- tenant it is about. Forced, so that it binds the owner of the tables as well.
ALTER TABLE document ENABLE ROW LEVEL SECURITY;
ALTER TABLE document FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON document
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
ALTER TABLE tender ENABLE ROW LEVEL SECURITY;
ALTER TABLE tender FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tender
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
ALTER TABLE revision ENABLE ROW LEVEL SECURITY;
ALTER TABLE revision FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON revision
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
ALTER TABLE refusal ENABLE ROW LEVEL SECURITY;
ALTER TABLE refusal FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON refusal
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
ALTER TABLE piece ENABLE ROW LEVEL SECURITY;
ALTER TABLE piece FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON piece
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
ALTER TABLE run ENABLE ROW LEVEL SECURITY;
ALTER TABLE run FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON run
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
ALTER TABLE attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE attempt FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON attempt
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
ALTER TABLE event ENABLE ROW LEVEL SECURITY;
ALTER TABLE event FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON event
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
ALTER TABLE reuse ENABLE ROW LEVEL SECURITY;
ALTER TABLE reuse FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON reuse
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON idempotency
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
ALTER TABLE approval ENABLE ROW LEVEL SECURITY;
ALTER TABLE approval FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON approval
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
ALTER TABLE audit_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_head FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON audit_head
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON audit
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
