-- Two policies let a source change rows that no role has the right to change: they said nothing, and would have begun to speak the day
-- somebody granted the right for another reason. Versions of a stay and series of a study are only ever added. Changes no row.

DROP POLICY closes ON encounter_locations;
DROP POLICY closes ON imaging_series;
