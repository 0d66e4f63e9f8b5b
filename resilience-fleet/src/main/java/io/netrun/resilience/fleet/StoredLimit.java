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

    private final Map<String, Row> rows = new HashMap<>();
    private long epoch;
    private long computedAt;
    private long keyUntil = Long.MIN_VALUE;
    private long limit;
    private long free;

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

        long counted() {
            return Math.max(has, Math.max(grant, inUse));
        }
    }

    LimitView exchange(NodeReport report, LimitReport reported, long now) {
        if (keyUntil <= now) {
            rows.clear();
            epoch = now;
            free = 0;
            limit = reported.limit();
        }
        Row row = rows.get(report.node());
        if (row != null && report.number() <= row.number) {
            return view(reported, row.grant);
        }
        if (report.leaving()) {
            leave(report.node(), row);
            return view(reported, 0);
        }
        keyUntil = Math.max(keyUntil, now + KEPT_LEASES * report.lease().toMillis());
        boolean computes = row == null
                || row.limit != reported.limit()
                || now - computedAt >= report.interval().toMillis();
        Row present = row == null ? new Row() : row;
        rows.put(report.node(), present);
        take(report, reported, present, row == null && report.number() == 1, now);
        if (computes) {
            compute(now);
        } else {
            takeFree(present);
        }
        present.grant = grant(report, reported, present, now);
        return view(reported, present.grant);
    }

    private void leave(String node, @Nullable Row row) {
        if (row != null) {
            rows.remove(node);
            free += row.share;
        }
    }

    private static void take(NodeReport report, LimitReport reported, Row row, boolean fresh, long now) {
        row.limit = reported.limit();
        row.wants = reported.wants();
        row.allowance = reported.allowance();
        row.has = fresh ? 0 : reported.has();
        row.inUse = fresh ? 0 : reported.inUse();
        row.number = report.number();
        row.expiresAt = now + report.lease().toMillis();
    }

    private void compute(long now) {
        rows.values().removeIf(row -> row.expiresAt <= now);
        limit = rows.values().stream().mapToLong(row -> row.limit).min().orElse(0);
        List<Row> sharing = new ArrayList<>(rows.size());
        List<FairShares.Claim> claims = new ArrayList<>(rows.size());
        rows.forEach((node, row) -> {
            sharing.add(row);
            claims.add(new FairShares.Claim(node, row.wants, row.allowance));
        });
        long[] shares = FairShares.of(limit, claims);
        free = limit;
        for (int i = 0; i < shares.length; i++) {
            sharing.get(i).share = shares[i];
            free -= shares[i];
        }
        computedAt = now;
    }

    private void takeFree(Row row) {
        long taken = Math.max(0, Math.min(row.wants - row.share, free));
        row.share += taken;
        free -= taken;
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
