-- The workbook of a refused upload with its findings at their cells: name of the document that holds it as Base64.
ALTER TABLE refusal ADD COLUMN workbook_hash TEXT;
