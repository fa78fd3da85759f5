-- What hosts answer for no page: one row per host, its last probe. Relation: probes (of the last snapshot and of tonight).
SELECT host, probe_outcome, probe_signature, probed_at
FROM probes
QUALIFY 1 = row_number() OVER (PARTITION BY host ORDER BY probed_at DESC, probe_outcome, probe_signature)
ORDER BY host
