package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.LimitScope;
import io.netrun.resilience.Permit;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a node notices between two reports, and what it makes of few permits. */
class FleetSessionTests {

    private static final Duration LOOK = Duration.ofMillis(200);

    private final ManualTicker ticker = new ManualTicker();
    private final ResilienceRegistry registry = ResilienceRegistry.create(ticker);
    private final FleetSession session = session(registry, "a");

    private FleetSession session(ResilienceRegistry instances, String name) {
        return new FleetSession(name, FleetConfig.defaults(), instances, task -> task, () -> {});
    }

    private NodeReport report() {
        return session.report(0, false, List.of(), CommandMark.NONE);
    }

    private void grant(long amount) {
        session.tryApply(ScriptedStore.granting(report(), amount, 2), ticker.nanoTime(), new FleetClock());
    }

    /** Grants an amount, and lets the node report that it has it. */
    private void settle(long amount) {
        grant(amount);
        grant(amount);
    }

    private boolean looks() {
        ticker.advance(LOOK);
        return session.tryHurry();
    }

    private Bulkhead bulkhead(int maxConcurrent) {
        return registry.getOrCreate(
                Bulkhead.TYPE,
                "database",
                BulkheadConfig.builder()
                        .maxConcurrent(maxConcurrent)
                        .maxQueue(0)
                        .scope(LimitScope.FLEET)
                        .build());
    }

    @Test
    void risenDemandThatIsNotServedShouldBeReportedAtOnce() {
        RateLimiter limiter = registry.getOrCreate(
                RateLimiter.TYPE,
                "geocoder",
                RateLimiterConfig.builder().limit(1_000).scope(LimitScope.FLEET).build());
        session.begin();
        ticker.advance(Duration.ofSeconds(1));
        settle(10 * LimitReport.RATE_UNITS);
        calls(limiter, 30);
        assertThat(looks()).as("after one look").isFalse();
        calls(limiter, 30);
        assertThat(looks()).isTrue();
        assertThat(report().limits().get(0).wants()).isEqualTo(150 * LimitReport.RATE_UNITS);
        calls(limiter, 300);
        assertThat(looks()).isFalse();
        calls(limiter, 300);
        assertThat(looks()).as("twice within an interval").isFalse();
    }

    private static void calls(RateLimiter limiter, int count) {
        for (int i = 0; i < count; i++) {
            limiter.tryAcquirePermit();
        }
    }

    @Test
    void demandThatIsServedShouldNotHurryTheReport() {
        Bulkhead bulkhead = bulkhead(100);
        session.begin();
        settle(50);
        for (int i = 0; i < 40; i++) {
            bulkhead.acquirePermit();
        }
        assertThat(looks()).isFalse();
        assertThat(looks()).isFalse();
    }

    @Test
    void permitsShouldBeGivenBackAsSoonAsTheirCallsEnd() {
        Bulkhead bulkhead = bulkhead(100);
        session.begin();
        grant(10);
        List<Permit> running = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            running.add(bulkhead.acquirePermit());
        }
        ticker.advance(LOOK);
        grant(10);
        grant(4);
        assertThat(looks()).isFalse();
        running.get(0).onSuccess();
        assertThat(looks()).isTrue();
        assertThat(report().limits().get(0).inUse()).isEqualTo(9);
    }

    @Test
    void nodeThatHasNothingShouldReportTwicePerInterval() {
        Bulkhead bulkhead = bulkhead(100);
        session.begin();
        ticker.advance(Duration.ofSeconds(1));
        grant(0);
        bulkhead.tryAcquirePermit();
        ticker.advance(Duration.ofSeconds(1));
        grant(0);
        assertThat(looks()).isFalse();
        assertThat(looks()).isFalse();
        assertThat(looks()).isTrue();
    }

    /** With rejected calls only, so that nothing but the store decides who is next. */
    @Test
    void onePermitShouldGoAroundAmongAllNodesThatWantIt() {
        InMemoryFleetStore store = new InMemoryFleetStore(ticker);
        Random random = new Random(1);
        int nodes = 4;
        List<Bulkhead> bulkheads = new ArrayList<>();
        List<FleetSession> sessions = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            ResilienceRegistry instances = ResilienceRegistry.create(ticker);
            bulkheads.add(instances.getOrCreate(
                    Bulkhead.TYPE,
                    "database",
                    BulkheadConfig.builder()
                            .maxConcurrent(1)
                            .maxQueue(0)
                            .scope(LimitScope.FLEET)
                            .build()));
            sessions.add(session(instances, "node-" + i));
            sessions.get(i).begin();
        }
        long[] next = new long[nodes];
        int[] served = new int[nodes];
        int[] waits = new int[nodes];
        int longest = 0;
        int used = 0;
        for (int step = 0; step < 2_400; step++) {
            ticker.advance(Duration.ofMillis(50));
            for (int i = 0; i < nodes; i++) {
                if (step >= next[i] || step % 4 == 0 && sessions.get(i).tryHurry()) {
                    next[i] = step + 16 + random.nextInt(9);
                    NodeReport report = sessions.get(i).report(0, false, List.of(), CommandMark.NONE);
                    sessions.get(i).tryApply(store.exchange(report), ticker.nanoTime(), new FleetClock());
                }
            }
            if (step < 400) {
                continue;
            }
            List<Permit> running = new ArrayList<>();
            for (int i = 0; i < nodes; i++) {
                var permit = bulkheads.get(i).tryAcquirePermit();
                permit.ifPresent(running::add);
                served[i] += permit.isPresent() ? 1 : 0;
                waits[i] = permit.isPresent() ? 0 : waits[i] + 1;
                longest = Math.max(longest, step < 600 ? 0 : waits[i]);
            }
            assertThat(running).hasSizeLessThanOrEqualTo(1);
            used += running.size();
            running.forEach(Permit::onSuccess);
        }
        assertThat(IntStream.of(served)).allSatisfy(times -> assertThat(times).isBetween(200, 600));
        assertThat(used).isGreaterThan(1_200);
        assertThat(longest).as("steps of 50 ms without a permit").isLessThan(20 * 20);
    }
}
