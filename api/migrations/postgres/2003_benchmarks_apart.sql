-- As 2001_tenants_apart.sql, for the table of benchmarks.
ALTER TABLE benchmark ENABLE ROW LEVEL SECURITY;
ALTER TABLE benchmark FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON benchmark
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
