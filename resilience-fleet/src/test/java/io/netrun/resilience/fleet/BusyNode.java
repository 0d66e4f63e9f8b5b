package io.netrun.resilience.fleet;

import io.netrun.resilience.LimitScope;
import io.netrun.resilience.Permit;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** A node with a bulkhead of ten calls for the fleet, in this JVM or, as a program, in one of its own. */
final class BusyNode implements AutoCloseable {

    static final int LIMIT = 10;

    private final LettuceConnectionFactory redis;
    private final List<Permit> permits = new ArrayList<>();
    private final Bulkhead bulkhead;
    final FleetNode node;

    BusyNode(int port, String fleet, Duration lease) {
        redis = new LettuceConnectionFactory("127.0.0.1", port);
        redis.afterPropertiesSet();
        redis.start();
        ResilienceRegistry registry = ResilienceRegistry.create();
        bulkhead = registry.getOrCreate(
                Bulkhead.TYPE,
                "database",
                BulkheadConfig.builder()
                        .maxConcurrent(LIMIT)
                        .maxQueue(0)
                        .scope(LimitScope.FLEET)
                        .build());
        node = new FleetNode(
                "busy",
                new FleetConfig(Duration.ofMillis(200), lease, 1, WhenAway.SAFE_SHARE),
                new RedisFleetStore(new StringRedisTemplate(redis), "resilience", fleet),
                registry,
                command -> {});
        node.start();
    }

    /** Begins a call unless there are as many already. Returns how many there are. */
    int tryCallUpTo(int most) {
        return permits.size() < most ? tryCall() : permits.size();
    }

    /** Begins a call that does not end, if there is a permit. Returns how many there are. */
    int tryCall() {
        Optional<Permit> permit = bulkhead.tryAcquirePermit();
        permit.ifPresent(permits::add);
        return permits.size();
    }

    void endCalls() {
        permits.forEach(Permit::onSuccess);
        permits.clear();
    }

    @Override
    public void close() {
        node.stop();
        redis.destroy();
    }

    /** Prints a line when it has as many calls as the second argument, and then waits for its end. */
    public static void main(String[] arguments) throws InterruptedException {
        BusyNode busy = new BusyNode(Integer.parseInt(arguments[0]), "shop", Duration.parse(arguments[2]));
        while (busy.tryCall() < Integer.parseInt(arguments[1])) {
            Thread.sleep(20);
        }
        System.out.println("busy");
        Thread.currentThread().join();
    }
}
