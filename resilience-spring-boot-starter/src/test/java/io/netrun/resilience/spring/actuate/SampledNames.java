package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.spring.HandTicker;
import io.netrun.resilience.spring.method.AttemptTimes.AttemptTime;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.settings.InstanceUser;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Names without a context whose samples a test takes with its ticker; the bulkhead {@code reports} has one permit. */
final class SampledNames implements InstanceUser {

    final HandTicker ticker = new HandTicker();

    final ResilienceRegistry registry = ResilienceRegistry.create(ticker);

    /** How long attempts took, by the methods as attempts name them. */
    final Map<String, AttemptTime> times = new HashMap<>();

    final History history = new History(registry, () -> times, Runnable::run);

    final Bulkhead reports = registry.getOrCreate(
            Bulkhead.TYPE,
            "reports",
            BulkheadConfig.builder().maxConcurrent(1).maxQueue(0).build());

    /** What protects each method, which a test may change. */
    final Map<String, Pipeline> paths = new TreeMap<>();

    /** Begins to take samples, with methods that have had no attempt yet. */
    void start(String... methods) {
        for (String method : methods) {
            times.put(method, new AttemptTime(0, 0, 0));
        }
        history.start();
    }

    void stop() {
        history.stop();
    }

    /** Samples without attempts. */
    void pass(int samples) {
        for (int sample = 0; sample < samples; sample++) {
            ticker.pass(History.EACH);
        }
    }

    /** Attempts of a method that took so long each. */
    void attempts(String method, int number, double millis) {
        times.merge(method, new AttemptTime(number, number * millis, millis), AttemptTime::plus);
    }

    Overview overview() {
        return overview(policy -> List.of(), policy -> List.of());
    }

    Overview overview(
            Function<Policy, List<Map<String, @Nullable Object>>> recentEvents,
            Function<Policy, List<Map<String, @Nullable Object>>> stateChanges) {
        return new Overview(
                registry,
                new Chains(List::of, () -> List.of(this), () -> times),
                new Operators(null, null, false, Optional::empty),
                history,
                recentEvents,
                stateChanges,
                List::of,
                new Node("shop", "a", Instant.EPOCH));
    }

    @Override
    public Map<String, Pipeline> pipelines() {
        return paths;
    }

    @Override
    public List<Problem> check() {
        return List.of();
    }

    @Override
    public void rebind(Set<String> changed) {}
}
