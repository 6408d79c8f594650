"""What is found of each blocked line: its offers, lists, figures, who could act, what is queued, and what ODS says."""

from __future__ import annotations

from accounts.states import NEEDS_A_SECOND_ADMINISTRATOR, Role, UserState
from achievement.models import RunState
from achievement.queries.causes.staging import in_list
from achievement.states import State
from operations.models import JobState
from organisations.states import RowKind
from participation.states import COVERING, OPEN
from participation.states import State as Offered
from submission.states import SUBMITTED_STATES, Stage

GAP_IN_DAYS = 31
"""A pause between two memberships of one network that is no longer is taken for a gap in the file."""

LINE = "service_id, achievement_date, network_id, practice_id"

MISSING = "SELECT * FROM blocked WHERE NOT stands AND is_expected"
"""Expected practices of which no line stands: nothing about them has come as far as an approval."""

SPELL = """
    SELECT practice_id, network_id, unnest(range_agg(m.valid)) AS span
    FROM (SELECT DISTINCT practice_id, network_id FROM missing) pairs
    JOIN organisations_membership m USING (practice_id, network_id)
    WHERE upper_inf(m.recorded) AND NOT isempty(m.valid) GROUP BY 1, 2"""
"""Memberships believed now; those that touch count as one."""

NOT_TAKEN_UP = (
    Offered.OFFERED, Offered.ACCEPTED, Offered.REJECTED, Offered.EXPIRED, Offered.NOT_APPROVED, Offered.CANCELLED,
)  # fmt: skip

COVERED = f"""
    SELECT DISTINCT x.service_id, x.achievement_date, x.network_id, x.practice_id
    FROM missing x
    JOIN participation_participation p
      ON (p.service_id, p.network_id, p.provider_id) = (x.service_id, x.network_id, x.practice_id)
     AND p.state IN ({in_list(COVERING)})
    JOIN participation_term t
      ON t.participation_id = p.id AND upper_inf(t.recorded) AND t.valid @> x.achievement_date"""
"""Missing lines of practices that take part on the date."""

OFFERS = f"""
    SELECT x.service_id, x.achievement_date, x.network_id, x.practice_id,
           coalesce(bool_or(o.here AND o.is_covering AND upper(o.valid) <= x.achievement_date AND o.valid && s.span),
                    false) AS ended,
           coalesce(bool_or(o.here AND o.is_open AND lower(o.valid) > x.achievement_date AND o.valid && s.span), false)
           AS later,
           coalesce(bool_or(o.here AND o.not_taken_up AND o.valid @> x.achievement_date), false) AS not_taken_up,
           coalesce(bool_or(o.here AND o.unanswered AND o.valid @> x.achievement_date), false) AS unanswered,
           coalesce(bool_or(NOT o.here AND o.is_covering AND o.valid @> x.achievement_date), false) AS elsewhere
    FROM (SELECT {LINE} FROM missing EXCEPT SELECT {LINE} FROM covered) x
    LEFT JOIN spell s ON (s.practice_id, s.network_id) = (x.practice_id, x.network_id) AND s.span @> x.achievement_date
    LEFT JOIN LATERAL (
        SELECT p.network_id = x.network_id AS here, t.valid, p.state IN ({in_list(COVERING)}) AS is_covering,
               p.state IN ({in_list(OPEN)}) AS is_open, p.state IN ({in_list(NOT_TAKEN_UP)}) AS not_taken_up,
               p.state = {Offered.OFFERED:d} AS unanswered
        FROM participation_participation p
        JOIN participation_term t ON t.participation_id = p.id AND upper_inf(t.recorded)
        WHERE p.provider_id = x.practice_id AND p.service_id = x.service_id AND p.network_id IS NOT NULL) o ON true
    GROUP BY 1, 2, 3, 4"""
"""Of those that do not: how the offers of this service stand to the date, for this network and for others."""

FIGURES = f"""
    SELECT {LINE}, coalesce(x.submission_state IN ({in_list(SUBMITTED_STATES)}), false) AS submitted,
           x.submission_id IS NOT NULL AND given.any AS begun,
           x.submission_id IS NOT NULL AND given.any AND NOT lack.payment AND lack.information AS information_only,
           EXISTS (
               SELECT FROM submission_submission s
               JOIN catalogue_achievementdate a ON a.service_id = s.service_id AND a.date = s.achievement_date
               WHERE s.provider_id = x.practice_id AND s.service_id = x.service_id AND NOT a.is_payment_date
                 AND s.achievement_date BETWEEN x.period_start AND x.period_end
                 AND s.state IN ({in_list(SUBMITTED_STATES)})) AS on_another_day
    FROM missing x
    CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT FROM submission_draftvalue v WHERE v.submission_id = x.submission_id)
            OR EXISTS (SELECT FROM submission_indicatorvalue v WHERE v.submission_id = x.submission_id) AS any) given
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(NOT r.information), false) AS payment,
               coalesce(bool_or(r.information), false) AS information
        FROM required r
        WHERE r.service_id = x.service_id
          AND NOT EXISTS (SELECT FROM submission_draftvalue v
                          WHERE v.submission_id = x.submission_id AND v.path::text[] = r.path)
          AND NOT EXISTS (SELECT FROM submission_indicatorvalue v
                          WHERE v.submission_id = x.submission_id AND v.path::text[] = r.path)) lack
    WHERE x.collects"""
"""What the practice has given for the date, where the service waits for figures."""

SIZED = """
    SELECT DISTINCT k.practice_id, k.list_kind, k.list_date
    FROM (SELECT DISTINCT practice_id, list_kind, list_date FROM missing WHERE list_kind IS NOT NULL) k
    JOIN organisations_listsize l
      ON l.organisation_id = k.practice_id AND l.kind = k.list_kind AND upper_inf(l.recorded)
     AND l.valid @> k.list_date"""
"""Lists that are known."""

GAP = f"""
    SELECT DISTINCT practice_id, network_id, later.span
    FROM spell earlier JOIN spell later USING (practice_id, network_id)
    WHERE lower(later.span) - upper(earlier.span) BETWEEN 1 AND {GAP_IN_DAYS}"""
"""Memberships that began soon after an earlier one of the same network had ended."""

OVERLAP = """
    SELECT DISTINCT x.service_id, x.achievement_date, x.network_id, x.practice_id FROM missing x
    JOIN organisations_membership m ON m.practice_id = x.practice_id
    WHERE m.network_id <> x.network_id AND upper_inf(m.recorded) AND m.valid @> x.achievement_date"""
"""Practices that two networks have as a member on the date."""

DOUBT = f"""
    SELECT o.id AS practice_id FROM organisations_organisation o
    WHERE o.code IN (
        SELECT jsonb_array_elements_text(j.result->'organisations') FROM organisations_odsupload u
        JOIN operations_job j ON j.id = u.check_job_id AND j.state = {JobState.DONE:d}
        LEFT JOIN operations_job l ON l.id = u.load_job_id
        WHERE u.dropped_at IS NULL AND coalesce(l.state, {JobState.FAILED:d}) = {JobState.FAILED:d}
        UNION ALL
        SELECT coalesce(refused.row->>5, refused.row->>3)
        FROM organisations_odsload l
        JOIN (SELECT DISTINCT ON (layout, scope) id FROM organisations_odsload
              ORDER BY layout, scope, as_at DESC, id DESC) latest USING (id)
        CROSS JOIN LATERAL jsonb_path_query(
            l.rows, 'strict $[*] ? (@[0] == "{RowKind.REFUSED.value}")') AS refused(row))"""
"""Practices that an upload awaiting its confirmation would change, or whose row the latest load refused."""

QUEUED = """
    SELECT DISTINCT network_id::bigint AS network_id
    FROM operations_outboxmessage, jsonb_array_elements_text(keys->'networks') AS network_id
    WHERE done_at IS NULL AND task = 'achievement.calculate_achievements'"""
"""Networks that are still to be worked out anew: later work that is queued, or has failed and is tried again."""

SHARD = f"""
    SELECT s.commissioner_id, max(r.business_date) FILTER (WHERE s.state = {RunState.DONE:d}) AS done_until
    FROM achievement_shard s JOIN achievement_overnightrun r ON r.id = s.run_id
    WHERE s.commissioner_id IN (SELECT commissioner_id FROM scope) GROUP BY 1"""
"""How far the overnight runs have come for each commissioning organisation."""

ACTS = f"""
    SELECT {LINE}, amount, state, lead_id,
           CASE state WHEN {State.AWAITING_PROVIDER:d} THEN practice_id ELSE coalesce(commissioner_id, lead_id) END
           AS whose,
           CASE state WHEN {State.AWAITING_PROVIDER:d} THEN '{Role.DECLARATION_MANAGEMENT.value}'
                ELSE '{Role.APPROVAL_MANAGEMENT.value}' END AS role,
           CASE state WHEN {State.AWAITING_PROVIDER:d} THEN {Stage.PROVIDER:d} ELSE {Stage.COMMISSIONER:d} END AS stage
    FROM blocked
    WHERE stands AND state IN ({State.AWAITING_PROVIDER:d}, {State.AWAITING_COMMISSIONER:d}, {State.HELD:d})"""
"""Lines that wait for somebody's act: which role, where, and as which stage of the payment's chain."""

HOLDER = f"""
    SELECT g.organisation_id AS whose, g.role, g.user_id, g.payment_type, g.cluster_id, g."limit"
    FROM accounts_grant g JOIN accounts_user u ON u.id = g.user_id AND u.state = {UserState.ACTIVE:d}
    WHERE g.ended_at IS NULL
      AND g.role IN ('{Role.DECLARATION_MANAGEMENT.value}', '{Role.APPROVAL_MANAGEMENT.value}')
      AND NOT (g.role IN ({", ".join(f"'{role.value}'" for role in sorted(NEEDS_A_SECOND_ADMINISTRATOR))})
               AND g.granted_by_id IS NOT NULL AND g.confirmed_by_id IS NULL)"""
"""Grants in force of those two roles."""

ABLE = f"""
    SELECT DISTINCT {LINE} FROM acts a
    JOIN holder h USING (whose, role)
    JOIN catalogue_qualityservice q ON q.id = a.service_id
    WHERE (h.payment_type = '' OR h.payment_type = q.payment_type)
      AND (h.cluster_id IS NULL OR EXISTS (
            SELECT FROM organisations_cluster_members c
            WHERE c.cluster_id = h.cluster_id AND c.organisation_id = a.practice_id))
      AND (h."limit" IS NULL OR a.state <> {State.AWAITING_COMMISSIONER:d} OR h."limit" >= a.amount)
      AND NOT EXISTS (
            SELECT FROM submission_hand b
            WHERE b.actor_id = h.user_id AND b.service_id = a.service_id AND b.achievement_date = a.achievement_date
              AND b.subject_id = a.network_id AND b.stage <> a.stage)"""
"""Lines for which somebody active holds the role, within their limits, and is not barred by another stage."""

SENT_BACK = f"""
    SELECT b.line_id FROM blocked b
    JOIN achievement_achievementchange c ON c.row_id = b.line_id AND c.version = b.version AND c.transition = 'reject'
    WHERE b.state = {State.AWAITING_PROVIDER:d}"""
"""Lines that await their declaration because they were rejected."""
