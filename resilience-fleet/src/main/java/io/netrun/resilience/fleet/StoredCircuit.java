package io.netrun.resilience.fleet;

import io.netrun.resilience.circuitbreaker.FleetMode;
import io.netrun.resilience.fleet.CircuitReport.State;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A circuit and its rows; see the implementation comment of {@link InMemoryFleetStore}. Confined to the store. */
final class StoredCircuit {

    private static final long CALLED_MILLIS = TimeUnit.SECONDS.toMillis(10);
    private static final int UNTRIED_INTERVALS = 2;
    private static final int VOTE_INTERVALS = 2;
    private static final int KEPT_LEASES = 2;
    private static final int LEAST_VOTES = 2;
    private static final int WHOLE_QUORUM = 1_000;
    private static final int NUMBER_LENGTH = 17;

    private final Map<String, Row> rows = new HashMap<>();
    private boolean open;

    /** The votes that have opened it, and when the report with the latest vote was made. */
    private long openVotes;

    private long votedAt;

    private @Nullable String holder;
    private boolean lent;
    private long lentAt;
    private long keyUntil = Long.MIN_VALUE;

    /** The number of the last command that has reset the circuit everywhere, and when it came; zeros if none has. */
    private long reset;

    private long resetAt;

    /** What a node has reported. */
    private static final class Row {

        private long number;
        private long expiresAt;
        private State state = State.CLOSED;
        private boolean due;
        private long opening;
        private long voided;
        private long calledUntil;
        private long voteUntil;

        boolean votes(long now) {
            return voteUntil > now;
        }

        boolean isVoter(long now) {
            return votes(now) || calledUntil > now;
        }
    }

    /**
     * Takes over what a node reports.
     *
     * @param appliedCommand the resets up to this command are known to be applied on the node
     */
    CircuitView exchange(NodeReport report, CircuitReport reported, long appliedCommand, long now) {
        begin(now);
        Row row = rows.get(report.node());
        if (row != null && report.number() <= row.number) {
            return view(report, reported, now);
        }
        if (report.leaving()) {
            rows.remove(report.node());
            requireHolder();
            decide(reported, now);
            return view(report, reported, now);
        }
        keyUntil = Math.max(keyUntil, now + KEPT_LEASES * report.lease().toMillis());
        Row present = rows.get(report.node());
        if (present == null) {
            present = new Row();
            voidVotesOfNamesakes(report.node());
            rows.put(report.node(), present);
        }
        take(report, reported, appliedCommand, present, now);
        long interval = report.interval().toMillis();
        boolean takenBack = report.node().equals(holder) && endsTrials(reported, now, interval);
        requireHolder();
        decide(reported, now);
        if (open
                && holder == null
                && !takenBack
                && reported.mode() == FleetMode.QUORUM
                && present.state == State.OPEN
                && present.due
                && present.calledUntil > now
                && (!lent || now - lentAt >= interval)) {
            holder = report.node();
            lent = true;
            lentAt = now;
        }
        return view(report, reported, now);
    }

    /** An operator has reset the circuit on all nodes: the votes for former openings are void. */
    void reset(long command, long lease, long now) {
        begin(now);
        keyUntil = Math.max(keyUntil, now + KEPT_LEASES * lease);
        reset = command;
        resetAt = now;
        end();
    }

    private void begin(long now) {
        if (keyUntil <= now) {
            rows.clear();
            open = false;
            holder = null;
            lent = false;
            reset = 0;
            openVotes = 0;
            votedAt = 0;
        }
        rows.values().removeIf(other -> other.expiresAt <= now);
    }

    private void end() {
        open = false;
        holder = null;
        for (Row row : rows.values()) {
            row.voided = row.opening;
            row.voteUntil = 0;
        }
    }

    private void take(NodeReport report, CircuitReport reported, long appliedCommand, Row row, long now) {
        row.number = report.number();
        row.expiresAt = now + report.lease().toMillis();
        row.state = reported.state();
        row.due = reported.due();
        row.opening = reported.opening();
        if (reported.called()) {
            row.calledUntil = now + CALLED_MILLIS;
        }
        if (appliedCommand < reset && now - resetAt < InMemoryFleetStore.COMMAND_MILLIS) {
            row.voided = reported.opening(); // the node has not applied the reset yet
        }
        // What has waited for longer than an interval is perhaps not true any more.
        long waited = report.waitedMillis(now);
        boolean counts = waited < report.interval().toMillis() && reported.opening() > row.voided;
        // It is made anew with each report: the vote of a process that was killed must not meet that of its restart.
        long left = Math.min(
                reported.vote().toMillis() - waited,
                VOTE_INTERVALS * report.interval().toMillis());
        row.voteUntil = counts && left > 0 ? now + left : 0;
        if (row.votes(now)) {
            votedAt = Math.max(votedAt, now - waited);
        }
    }

    /**
     * A process that was killed votes no longer when it has started again, under its name with another number: the
     * votes of nodes of that name are void until they report again.
     */
    private void voidVotesOfNamesakes(String node) {
        String name = nameOf(node);
        rows.forEach((other, row) -> {
            if (!name.isEmpty() && nameOf(other).equals(name)) {
                row.voteUntil = 0;
            }
        });
    }

    /** Returns the name without the number that {@link FleetLoop} has added; empty if it has none. */
    private static String nameOf(String node) {
        return node.substring(0, Math.max(0, node.length() - NUMBER_LENGTH));
    }

    /** The holder of the trials reports. Returns whether they were taken back, untried. */
    private boolean endsTrials(CircuitReport reported, long now, long interval) {
        if (reported.state() == State.CLOSED) {
            end();
        } else if (reported.state() == State.OPEN && !reported.due()) {
            holder = null;
        } else if (reported.state() == State.OPEN && now - lentAt >= UNTRIED_INTERVALS * interval) {
            holder = null;
            return true;
        }
        return false;
    }

    private void requireHolder() {
        if (holder != null && !rows.containsKey(holder)) {
            holder = null;
        }
    }

    /** Opens or closes the circuit of the fleet. */
    private void decide(CircuitReport reported, long now) {
        long votes = votes(now);
        if (open) {
            if (votes == 0 && rows.values().stream().allMatch(row -> row.state == State.CLOSED)) {
                open = false;
                holder = null;
            }
        } else if (reported.mode() == FleetMode.QUORUM && votes >= needed(reported.quorum(), voters(now))) {
            open = true;
            openVotes = votes;
            holder = null;
            lent = false;
        }
    }

    private static long needed(long quorum, long voters) {
        return Math.max(LEAST_VOTES, (quorum * voters + WHOLE_QUORUM - 1) / WHOLE_QUORUM);
    }

    private long votes(long now) {
        return rows.values().stream().filter(row -> row.votes(now)).count();
    }

    private long voters(long now) {
        return rows.values().stream().filter(row -> row.isVoter(now)).count();
    }

    private CircuitView view(NodeReport report, CircuitReport reported, long now) {
        long votes = votes(now);
        Row own = rows.get(report.node());
        return new CircuitView(
                reported.name(),
                (int) votes,
                (int) voters(now),
                votes > (own != null && own.votes(now) ? 1 : 0),
                open && reported.mode() == FleetMode.QUORUM,
                open && report.node().equals(holder),
                open ? (int) openVotes : 0,
                votedAt);
    }
}
