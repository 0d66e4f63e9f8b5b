package io.netrun.resilience.fleet;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Divides a limit among the nodes that share it. Pure functions of whole numbers, so that every implementation of a
 * store gets the same result.
 */
final class FairShares {

    /*
     * Implementation
     * ==============
     *
     * Order        nodes by wants, largest first; nodes that want the same by name.
     * Base         a tenth of the limit, rounded down, is divided evenly and rounded down: an idle node's first call
     *              passes. The remainder is one unit for each of the last nodes in the order, if they want no more than
     *              the base. Nobody's base is more than demand and allowance.
     * Demand       the rest is divided max-min fair [1] over what each node wants beyond its base.
     * Allowance    what is left is divided max-min fair over what each node would like to keep free beyond its demand.
     * Spare        half of what is left then is divided evenly and rounded down, so that a burst of an idle node passes.
     * Free         the rest is nobody's: a node that starts, or whose demand rises, has it at once.
     *
     * To divide max-min fair is to fill vessels with water: in rounds, a node that wants no more than an even part of
     * what is left gets all it wants, until an even part is too little for each of those that are left; then they get
     * that. Remainders of a division are one unit for each of the first nodes by rank, and of equal ranks in the order.
     * With fewer units than nodes that want one, the rank alone decides who has one: the store changes it.
     *
     * Example: limit 100; A wants 100, B 20, C nothing; an allowance of 5 for each.
     *
     *            A    B    C
     *  base      3    3    4     10, with the remainder
     *  demand   73   17    -     90: B lacks 17, less than the half of 90; A gets the rest
     *
     * References
     * ----------
     * [1] D. Bertsekas, R. Gallager: Data Networks (1992), section 6.5.2
     */

    private static final int BASE_DIVISOR = 10;
    private static final int SPARE_DIVISOR = 2;

    /**
     * What a node asks for.
     *
     * @param wants the demand; zero or more
     * @param allowance what it would like to keep free beyond that; zero or more
     * @param rank which node is the first to get a remainder: the one with the smallest rank
     */
    record Claim(String node, long wants, long allowance, long rank) {}

    private static final Comparator<Claim> ORDER =
            Comparator.comparingLong(Claim::wants).reversed().thenComparing(Claim::node);

    private FairShares() {}

    /** Returns the share of each claim, in the order of the claims. Their sum is not above the limit. */
    static long[] of(long limit, List<Claim> claims) {
        int[] order = IntStream.range(0, claims.size())
                .boxed()
                .sorted(Comparator.comparing(claims::get, ORDER))
                .mapToInt(Integer::intValue)
                .toArray();
        int nodes = order.length;
        if (nodes == 0) {
            return new long[0];
        }
        long[] base = new long[nodes];
        long[] demand = new long[nodes];
        long[] allowance = new long[nodes];
        long[] ranks = new long[nodes];
        long spread = limit / BASE_DIVISOR;
        long left = limit;
        for (int i = 0; i < nodes; i++) {
            Claim claim = claims.get(order[i]);
            boolean oneMore = i >= nodes - spread % nodes && claim.wants() <= spread / nodes;
            base[i] = Math.min(spread / nodes + (oneMore ? 1 : 0), claim.wants() + claim.allowance());
            left -= base[i];
            demand[i] = Math.max(0, claim.wants() - base[i]);
            allowance[i] = Math.max(0, claim.wants() + claim.allowance() - Math.max(base[i], claim.wants()));
            ranks[i] = claim.rank();
        }
        long[] filled = fill(left, demand, ranks);
        left -= LongStream.of(filled).sum();
        long[] kept = fill(left, allowance, ranks);
        left -= LongStream.of(kept).sum();
        long spare = left / SPARE_DIVISOR / nodes;
        long[] shares = new long[nodes];
        for (int i = 0; i < nodes; i++) {
            shares[order[i]] = base[i] + filled[i] + kept[i] + spare;
        }
        return shares;
    }

    /** Divides an amount max-min fair over demands that are in the order of the nodes. */
    static long[] fill(long amount, long[] demands, long[] ranks) {
        long[] filled = demands.clone();
        if (LongStream.of(demands).sum() <= amount) {
            return filled;
        }
        long left = amount;
        int unfilled = demands.length;
        long[] ascending = demands.clone();
        Arrays.sort(ascending);
        for (long demand : ascending) {
            if (demand > left / unfilled) {
                break; // an even part is too little for this one and for all that follow
            }
            left -= demand;
            unfilled--;
        }
        long level = left / unfilled;
        long remainder = left % unfilled;
        int[] lacking = IntStream.range(0, demands.length)
                .filter(i -> demands[i] > level)
                .boxed()
                .sorted(Comparator.comparingLong(i -> ranks[i])) // stable
                .mapToInt(Integer::intValue)
                .toArray();
        for (int i : lacking) {
            filled[i] = level + (remainder-- > 0 ? 1 : 0);
        }
        return filled;
    }
}
