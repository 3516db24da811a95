-- As 2001_tenants_apart.sql, for the tables of webhooks.
ALTER TABLE webhook ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON webhook
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
ALTER TABLE delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON delivery
    USING (tenant_id = current_setting('ballast.tenant', true))
    WITH CHECK (tenant_id = current_setting('ballast.tenant', true));
