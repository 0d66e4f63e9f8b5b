package io.netrun.resilience.benchmarks;

import io.netrun.resilience.LimitScope;
import io.netrun.resilience.fleet.FleetConfig;
import io.netrun.resilience.fleet.FleetNode;
import io.netrun.resilience.fleet.RedisFleetStore;
import io.netrun.resilience.fleet.WhenAway;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** The only node of its fleet. By its fast clock, it exchanges with Redis about 17 times a second. */
record NetrunFleet(NetrunLimits limits, FleetNode node, LettuceConnectionFactory connections) implements AutoCloseable {

    private static final FleetConfig FLEET =
            new FleetConfig(Duration.ofSeconds(60), Duration.ofMinutes(10), 1, WhenAway.SAFE_SHARE);
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(20);

    static NetrunFleet join(int port) {
        NetrunLimits limits = NetrunLimits.create(LimitScope.FLEET);
        LettuceConnectionFactory connections = connect(port);
        RedisFleetStore store = new RedisFleetStore(new StringRedisTemplate(connections), "benchmark", "shop");
        FleetNode node = new FleetNode("node", FLEET, store, limits.registry(), command -> {});
        node.start();
        NetrunFleet fleet = new NetrunFleet(limits, node, connections);
        fleet.awaitLease();
        return fleet;
    }

    /** By the fast clock, the first grant is over before a cold client has received it. */
    private void awaitLease() {
        long start = System.nanoTime();
        while (!isLeased() && System.nanoTime() - start < LONGEST_WAIT_NANOS) {
            Thread.onSpinWait();
        }
        Checks.require(isLeased(), "the fleet has granted the limits");
    }

    static LettuceConnectionFactory connect(int port) {
        LettuceConnectionFactory connections =
                new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", port));
        connections.afterPropertiesSet();
        connections.start();
        return connections;
    }

    boolean isLeased() {
        return node.status().leased();
    }

    @Override
    public void close() {
        node.close();
        connections.destroy();
        limits.registry().close();
    }
}
