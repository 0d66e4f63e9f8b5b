package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.fleet.FairShares.Claim;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

class FairSharesTests {

    private static final long MOST = 1_000_000_000_000L;

    @Example
    void exampleOfTheCommentShouldBeRight() {
        assertThat(shares(100, claim("A", 100, 5), claim("B", 20, 5), claim("C", 0, 5)))
                .containsExactly(76, 20, 4);
    }

    @Example
    void equalNodesShouldShareEvenlyWithRemaindersByName() {
        assertThat(shares(11, claim("C", 50, 0), claim("A", 50, 0), claim("B", 50, 0)))
                .containsExactly(3, 4, 4);
    }

    @Example
    void halfOfWhatNobodyWantsShouldBeSpreadEvenly() {
        assertThat(shares(100, claim("A", 10, 1), claim("B", 0, 1))).containsExactly(33, 23); // 88 left, 44 spread
        assertThat(shares(100, claim("A", 0, 1))).containsExactly(50);
        assertThat(shares(100)).isEmpty();
    }

    @Example
    void remaindersShouldGoToTheSmallestRanks() {
        assertThat(shares(2, new Claim("A", 9, 1, 7), new Claim("B", 5, 1, 0), new Claim("C", 1, 1, 5)))
                .containsExactly(0, 1, 1);
    }

    @Property
    void sumShouldNotBeAboveTheLimit(@ForAll("limits") long limit, @ForAll("claims") List<Claim> claims) {
        long[] shares = FairShares.of(limit, claims);
        assertThat(LongStream.of(shares).sum()).isLessThanOrEqualTo(limit);
        assertThat(LongStream.of(shares)).allMatch(share -> share >= 0);
    }

    @Property
    void limitShouldBeUsedUpIfItIsWanted(@ForAll("limits") long limit, @ForAll("claims") List<Claim> claims) {
        long[] shares = FairShares.of(limit, claims);
        long sum = LongStream.of(shares).sum();
        for (int i = 0; i < shares.length; i++) {
            if (shares[i] < claims.get(i).wants() + claims.get(i).allowance()) {
                assertThat(sum).isEqualTo(limit);
            }
        }
    }

    /** Nobody who lacks something has less than another who could give. */
    @Property
    void sharesShouldBeMaxMinFair(@ForAll("limits") long limit, @ForAll("claims") List<Claim> claims) {
        long[] shares = FairShares.of(limit, claims);
        long base = limit / 10 / Math.max(1, shares.length);
        for (int lacking = 0; lacking < shares.length; lacking++) {
            if (shares[lacking] >= claims.get(lacking).wants()) {
                continue;
            }
            for (int other = 0; other < shares.length; other++) {
                // The remainders of base and demand are one unit each; the base is not taken from anybody.
                assertThat(shares[other]).isLessThanOrEqualTo(Math.max(shares[lacking] + 2, base + 1));
            }
        }
    }

    @Property
    void orderOfNodesShouldNotMatter(
            @ForAll("limits") long limit, @ForAll("claims") List<Claim> claims, @ForAll long seed) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < claims.size(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(seed));
        long[] shares = FairShares.of(limit, claims);
        long[] shuffled = FairShares.of(limit, order.stream().map(claims::get).toList());
        for (int i = 0; i < shuffled.length; i++) {
            assertThat(shuffled[i]).isEqualTo(shares[order.get(i)]);
        }
    }

    @Property
    void nodeThatWantsMoreShouldNotGetLess(
            @ForAll("limits") long limit,
            @ForAll("claims") List<Claim> claims,
            @ForAll @LongRange(min = 1, max = 1_000) long more) {
        if (claims.isEmpty()) {
            return;
        }
        Claim first = claims.get(0);
        List<Claim> greedier = new ArrayList<>(claims);
        greedier.set(0, claim(first.node(), first.wants() + more, first.allowance()));
        long before = FairShares.of(limit, claims)[0];
        // One unit may move to another node with the remainder.
        assertThat(FairShares.of(limit, greedier)[0]).isGreaterThanOrEqualTo(before - 1);
    }

    @Property
    void higherLimitShouldNotGiveLessThanAUnitLess(
            @ForAll("limits") long limit,
            @ForAll("claims") List<Claim> claims,
            @ForAll @LongRange(min = 1, max = 1_000) long more) {
        long[] lower = FairShares.of(limit, claims);
        long[] higher = FairShares.of(limit + more, claims);
        for (int i = 0; i < lower.length; i++) {
            // One unit may move to another node with the remainder of the demand, as that of the base grows.
            assertThat(higher[i]).isGreaterThanOrEqualTo(lower[i] - 1);
        }
    }

    @Property
    void idleNodeShouldHaveItsPartOfATenth(@ForAll("limits") long limit, @ForAll("claims") List<Claim> claims) {
        long least = limit / 10 / Math.max(1, claims.size());
        long[] shares = FairShares.of(limit, claims);
        for (int i = 0; i < shares.length; i++) {
            long asked = claims.get(i).wants() + claims.get(i).allowance();
            assertThat(shares[i]).isGreaterThanOrEqualTo(Math.min(least, asked));
        }
    }

    @Provide
    Arbitrary<Long> limits() {
        return Arbitraries.oneOf(
                Arbitraries.longs().between(1, 50),
                Arbitraries.longs().between(1, 2_000),
                Arbitraries.longs().between(1, MOST));
    }

    @Provide
    Arbitrary<List<Claim>> claims() {
        Arbitrary<Long> amounts = Arbitraries.oneOf(
                Arbitraries.longs().between(0, 5),
                Arbitraries.longs().between(0, 500),
                Arbitraries.longs().between(0, MOST));
        return Combinators.combine(Arbitraries.strings().alpha().ofMaxLength(3), amounts, amounts)
                .as(FairSharesTests::claim)
                .list()
                .uniqueElements(Claim::node)
                .ofMaxSize(40);
    }

    private static long[] shares(long limit, Claim... claims) {
        return FairShares.of(limit, List.of(claims));
    }

    private static Claim claim(String node, long wants, long allowance) {
        return new Claim(node, wants, allowance, 0);
    }
}
