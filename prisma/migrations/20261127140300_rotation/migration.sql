-- A new root key wraps again what the old one wrapped. Most of that is in the key store; here are the keys of arrivals that
-- belong to no patient yet. The owner sees and changes exactly those, and only while it says that it rotates.
CREATE POLICY owner_rewraps_seen ON blobs FOR SELECT TO CURRENT_USER USING (patient_key IS NULL AND (SELECT app.setting('rotating')) = 'root');
CREATE POLICY owner_rewraps ON blobs FOR UPDATE TO CURRENT_USER USING (patient_key IS NULL AND (SELECT app.setting('rotating')) = 'root');
CREATE POLICY owner_rewraps_seen ON reconcile_items FOR SELECT TO CURRENT_USER USING ((SELECT app.setting('rotating')) = 'root');
CREATE POLICY owner_rewraps ON reconcile_items FOR UPDATE TO CURRENT_USER USING ((SELECT app.setting('rotating')) = 'root');
