-- As 2001_tenants_apart.sql, for the table of those whom awards concern.
ALTER TABLE concerned ENABLE ROW LEVEL SECURITY;
ALTER TABLE concerned FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON concerned
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
