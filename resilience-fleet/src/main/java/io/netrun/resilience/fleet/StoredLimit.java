package io.netrun.resilience.fleet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A limit and its rows; see the implementation comment of {@link InMemoryFleetStore}. Confined to the store. */
final class StoredLimit {

    private static final int YOUNG_INTERVALS = 2;
    private static final int KEPT_LEASES = 2;
    private static final int RISE_FACTOR = 3;
    private static final int RISE_DIVISOR = 2;
    private static final int EARLY_DIVISOR = 4;

    /** How many intervals a node keeps a unit that another node waits for. */
    private static final int HELD_INTERVALS = 3;

    /** Ranks of nodes that have had something for longer are below this, and above every time. */
    private static final long LAST_RANK = 1_000_000_000_000_000L;

    private final Map<String, Row> rows = new HashMap<>();
    private long epoch;
    private long computedAt;
    private long keyUntil = Long.MIN_VALUE;
    private long limit;
    private long free;

    /** Whether the demand of a node has risen that the last computation does not contain. */
    private boolean risen;

    /** What a node has reported, its share, and what it was granted. */
    private static final class Row {

        private long limit;
        private long wants;
        private long allowance;
        private long has;
        private long inUse;
        private long number;
        private long expiresAt;
        private long share;
        private long grant;

        /** Whether the node has left the fleet, and only its calls are counted. */
        private boolean left;

        /** Since when it has had something, or has waited for it, or has done neither. */
        private long since;

        long counted() {
            return Math.max(has, Math.max(grant, inUse));
        }

        Row(long now) {
            since = now;
        }

        boolean waits() {
            return grant == 0 && wants > 0;
        }

        /** The smaller, the sooner it gets one of too few units: first who has just got one, then who waits. */
        long rank(long now, long held) {
            if (waits()) {
                return 1 + since;
            }
            return grant > 0 && now - since < held ? 0 : LAST_RANK - since;
        }
    }

    LimitView exchange(NodeReport report, LimitReport reported, long now) {
        boolean absent = keyUntil <= now;
        if (absent) {
            rows.clear();
            epoch = now;
            free = 0;
            risen = false;
            limit = reported.limit();
        }
        Row row = rows.get(report.node());
        if (row != null && report.number() <= row.number) {
            return view(reported, row.grant);
        }
        if (report.leaving()) {
            if (!absent) {
                leave(report, reported, row, now);
            }
            return view(reported, 0);
        }
        keyUntil = Math.max(keyUntil, now + KEPT_LEASES * report.lease().toMillis());
        boolean computes = row == null || row.left || row.limit != reported.limit() || isDue(report, now);
        Row present = row == null ? new Row(now) : row;
        rows.put(report.node(), present);
        boolean hadSome = present.grant > 0;
        boolean waited = present.waits();
        long wanted = present.wants;
        take(report, reported, present, row == null && report.number() == 1, now);
        if (!computes && takesFree(present) && RISE_DIVISOR * present.wants >= RISE_FACTOR * wanted) {
            risen = true;
            computes = isDue(report, now);
        }
        if (computes) {
            compute(now, HELD_INTERVALS * report.interval().toMillis());
        }
        present.grant = grant(report, reported, present, now);
        if (hadSome != present.grant > 0 || waited != present.waits()) {
            present.since = now;
        }
        return view(reported, present.grant);
    }

    /** Calls that go on count until a later report has fewer, or for a lease; the rest is free at once. */
    private void leave(NodeReport report, LimitReport reported, @Nullable Row row, long now) {
        free += row == null ? 0 : row.share;
        if (reported.inUse() == 0) {
            rows.remove(report.node());
            return;
        }
        Row leaving = new Row(now);
        leaving.limit = reported.limit();
        leaving.inUse = reported.inUse();
        leaving.number = report.number();
        leaving.expiresAt = now + report.lease().toMillis();
        leaving.left = true;
        rows.put(report.node(), leaving);
        keyUntil = Math.max(keyUntil, now + KEPT_LEASES * report.lease().toMillis());
    }

    private static void take(NodeReport report, LimitReport reported, Row row, boolean fresh, long now) {
        row.limit = reported.limit();
        row.wants = reported.wants();
        row.allowance = reported.allowance();
        row.has = fresh ? 0 : reported.has();
        row.inUse = reported.inUse();
        row.left = false;
        row.number = report.number();
        row.expiresAt = now + report.lease().toMillis();
    }

    private void compute(long now, long held) {
        rows.values().removeIf(row -> row.expiresAt <= now);
        limit = rows.values().stream()
                .filter(row -> !row.left)
                .mapToLong(row -> row.limit)
                .min()
                .orElse(0);
        List<Row> sharing = new ArrayList<>(rows.size());
        List<FairShares.Claim> claims = new ArrayList<>(rows.size());
        rows.forEach((node, row) -> {
            if (!row.left) {
                sharing.add(row);
                claims.add(new FairShares.Claim(node, row.wants, row.allowance, row.rank(now, held)));
            }
        });
        long[] shares = FairShares.of(limit, claims);
        free = limit;
        for (int i = 0; i < shares.length; i++) {
            sharing.get(i).share = shares[i];
            free -= shares[i];
        }
        computedAt = now;
        risen = false;
    }

    /** Returns whether the row wants more than its share and what was free. */
    private boolean takesFree(Row row) {
        long taken = Math.max(0, Math.min(row.wants - row.share, free));
        row.share += taken;
        free -= taken;
        return row.wants > row.share;
    }

    /** A demand that has risen by half is worth a computation before the interval is over. */
    private boolean isDue(NodeReport report, long now) {
        long interval = report.interval().toMillis();
        return now - computedAt >= (risen ? interval / EARLY_DIVISOR : interval);
    }

    private long grant(NodeReport report, LimitReport reported, Row row, long now) {
        long grant = Math.max(0, Math.min(row.share, limit - (sumOfCounted() - row.counted())));
        long age = now - epoch;
        if (age < YOUNG_INTERVALS * report.interval().toMillis()) {
            return Math.min(grant, reported.has());
        }
        if (age < report.lease().toMillis()) {
            long even = limit / Math.max(rows.size(), report.expectedNodes());
            return Math.min(grant, Math.max(reported.has(), even));
        }
        return grant;
    }

    private LimitView view(LimitReport reported, long grant) {
        return new LimitView(reported.pattern(), reported.name(), limit, grant, sumOfCounted(), rows.size());
    }

    private long sumOfCounted() {
        long sum = 0;
        for (Row row : rows.values()) {
            sum += row.counted();
        }
        return sum;
    }

    long limit() {
        return limit;
    }

    /** Returns the sum that is counted for the live rows. */
    long counted(long now) {
        long sum = 0;
        for (Row row : rows.values()) {
            sum += row.expiresAt > now ? row.counted() : 0;
        }
        return sum;
    }
}
