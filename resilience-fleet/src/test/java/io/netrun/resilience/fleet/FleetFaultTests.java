package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.LimitScope;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * A node whose store misbehaves, with a client as Spring Boot configures it, while eight threads call what the fleet
 * limits: their calls go on, none is ever inside the store, and after the fault the node follows its fleet again.
 */
@ExtendWith(RedisExtension.class)
class FleetFaultTests {

    private static final int LIMIT = 100;
    private static final int EXPECTED_NODES = 2;
    private static final long MAX_EXCHANGES = 5;
    private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(90);

    private final CompletableFuture<FleetEvent.Degraded> degraded = new CompletableFuture<>();
    private final CompletableFuture<FleetEvent.Restored> restored = new CompletableFuture<>();
    private RedisServer server;
    private FaultyProxy proxy;

    /** What makes the store useless for longer than a lease. */
    enum Fault {
        BLACKHOLE(FaultyProxy.Mode.BLACKHOLE),
        FREEZE(FaultyProxy.Mode.FREEZE),
        RESET(FaultyProxy.Mode.RESET),
        CUT_REPLY(FaultyProxy.Mode.CUT_REPLY),
        NO_LISTENER(FaultyProxy.Mode.NO_LISTENER),
        CLIENT_PAUSE(
                test -> test.server.command("CLIENT", "PAUSE", "600000", "WRITE"),
                test -> test.server.command("CLIENT", "UNPAUSE"),
                ""),
        SUSPENDED(test -> test.server.suspend(), test -> test.server.resume(), ""),
        RESTARTED_EMPTY(test -> test.server.stop(), test -> test.server.startAgain(), ""),
        REPLICA(
                test -> test.server.command("REPLICAOF", "127.0.0.1", "1"),
                test -> test.server.command("REPLICAOF", "NO", "ONE"),
                "Configure the primary"),
        SCRIPT_DENIED(
                test -> test.server.command("ACL", "SETUSER", "default", "-evalsha", "-eval"),
                test -> test.server.command("ACL", "SETUSER", "default", "+evalsha", "+eval"),
                "Permit the user EVALSHA"),
        OUT_OF_MEMORY(
                test -> test.server.command("CONFIG", "SET", "maxmemory", "1"),
                test -> test.server.command("CONFIG", "SET", "maxmemory", "0"),
                "Raise maxmemory");

        private final Consumer<FleetFaultTests> inject;
        private final Consumer<FleetFaultTests> heal;
        private final String remedy;

        Fault(FaultyProxy.Mode mode) {
            this(test -> test.proxy.become(mode), test -> test.proxy.become(FaultyProxy.Mode.PASS), "");
        }

        Fault(Consumer<FleetFaultTests> inject, Consumer<FleetFaultTests> heal, String remedy) {
            this.inject = inject;
            this.heal = heal;
            this.remedy = remedy;
        }
    }

    /** What disturbs the store, but for no longer than a lease. */
    enum Disturbance {
        NONE(test -> {}),
        DELAY(test -> test.proxy.become(FaultyProxy.Mode.DELAY)),
        SCRIPTS_FLUSHED(test -> test.server.command("SCRIPT", "FLUSH")),
        DATA_LOST(test -> test.server.command("FLUSHALL"));

        private final Consumer<FleetFaultTests> inject;

        Disturbance(Consumer<FleetFaultTests> inject) {
            this.inject = inject;
        }
    }

    @BeforeEach
    void connect(RedisServer server) {
        this.server = server;
        proxy = new FaultyProxy(server.port());
    }

    @AfterEach
    void disconnect() {
        proxy.close();
    }

    @ParameterizedTest
    @EnumSource
    void callsWhenTheStoreFailsShouldGoOn(Fault fault) {
        run("lettuce", (node, callers, bulkhead) -> failAndHeal(fault, node, callers, bulkhead));
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"FREEZE", "RESET"})
    void callsWhenJedisIsTheClientShouldGoOn(Fault fault) {
        run("jedis", (node, callers, bulkhead) -> failAndHeal(fault, node, callers, bulkhead));
    }

    @ParameterizedTest
    @EnumSource
    void callsWhenTheStoreIsDisturbedShouldGoOn(Disturbance disturbance) {
        run("lettuce", (node, callers, bulkhead) -> {
            disturbance.inject.accept(this);

            callers.awaitProgress();
            long before = successes(node);
            await("more exchanges", () -> successes(node) >= before + 5);
            await("a lease", () -> node.status().leased());
        });
    }

    @Test
    void callsWhenSentinelFailsOverShouldGoOn() throws Exception {
        try (RedisServer replica = RedisServer.start("replicaof 127.0.0.1 " + server.port());
                RedisServer sentinel = RedisServer.startSentinel(server)) {
            await(
                    "the replica",
                    () -> text(server.command("INFO", "replication")).contains("state=online"));
            await(
                    "the sentinel",
                    () -> text(sentinel.command("INFO", "sentinel")).contains("slaves=1"));

            String[] properties = {
                "spring.data.redis.sentinel.master=primary",
                "spring.data.redis.sentinel.nodes=127.0.0.1:" + sentinel.port()
            };
            run(properties, (node, callers, bulkhead) -> {
                server.stop();

                degraded.get(BOUND_NANOS, TimeUnit.NANOSECONDS);
                callers.awaitProgress();
                restored.get(BOUND_NANOS, TimeUnit.NANOSECONDS);
                assertThat(text(replica.command("INFO", "replication"))).contains("role:master");
                await("the grant", () -> follows(node, bulkhead));
            });
        }
    }

    @Test
    void callInsideOfTheStoreShouldBeDetected() throws Exception {
        FleetCallers callers = new FleetCallers(FleetFaultTests::insideOfThisPackage);
        try (callers) {
            await("a stack", () -> !callers.forbiddenFrames().isEmpty());
        }
    }

    private static void insideOfThisPackage() {
        LockSupport.parkNanos(1_000_000);
    }

    private static String text(Object reply) {
        return new String((byte[]) reply, StandardCharsets.UTF_8);
    }

    private interface Scenario {
        void run(FleetNode node, FleetCallers callers, Bulkhead bulkhead) throws Exception;
    }

    private void failAndHeal(Fault fault, FleetNode node, FleetCallers callers, Bulkhead bulkhead) throws Exception {
        fault.inject.accept(this);

        callers.awaitProgress();
        FleetEvent.Degraded event = degraded.get(BOUND_NANOS, TimeUnit.NANOSECONDS);
        assertThat(event.cause()).contains(fault.remedy);
        assertThat(node.status().leased()).isFalse();
        assertThat(bulkhead.metrics().maxConcurrent()).isEqualTo(LIMIT / EXPECTED_NODES);
        callers.awaitProgress();

        fault.heal.accept(this);
        long exchanges = node.status().exchanges();

        restored.get(BOUND_NANOS, TimeUnit.NANOSECONDS);
        assertThat(node.status().exchanges() - exchanges).isLessThanOrEqualTo(MAX_EXCHANGES);
        callers.awaitProgress();
        await("the grant", () -> follows(node, bulkhead));
    }

    private void run(String client, Scenario scenario) {
        String[] properties = {
            "spring.data.redis.host=127.0.0.1",
            "spring.data.redis.port=" + proxy.port(),
            "spring.data.redis.client-type=" + client
        };
        run(properties, scenario);
    }

    private void run(String[] properties, Scenario scenario) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(RedisAutoConfiguration.class))
                .withPropertyValues(properties)
                .run(context -> run(context.getBean(StringRedisTemplate.class), scenario));
    }

    private void run(StringRedisTemplate template, Scenario scenario) throws Exception {
        try (ResilienceRegistry registry = ResilienceRegistry.create()) {
            Bulkhead bulkhead = registry.getOrCreate(
                    Bulkhead.TYPE,
                    "database",
                    BulkheadConfig.builder()
                            .maxConcurrent(LIMIT)
                            .scope(LimitScope.FLEET)
                            .build());
            RateLimiter limiter = registry.getOrCreate(
                    RateLimiter.TYPE,
                    "geocoder",
                    RateLimiterConfig.builder()
                            .limit(1_000)
                            .maxWait(Duration.ZERO)
                            .scope(LimitScope.FLEET)
                            .build());
            FleetConfig config =
                    new FleetConfig(Duration.ofMillis(200), Duration.ofSeconds(1), EXPECTED_NODES, WhenAway.SAFE_SHARE);
            RedisFleetStore store = new RedisFleetStore(template, "resilience", "shop");
            FleetCallers callers = new FleetCallers(bulkhead, limiter);
            try (callers;
                    FleetNode node = new FleetNode("node", config, store, registry, command -> {})) {
                node.start();
                await("the first grant", () -> follows(node, bulkhead));
                node.on(FleetEvent.Degraded.class, degraded::complete);
                node.on(FleetEvent.Restored.class, event -> {
                    if (degraded.isDone()) {
                        restored.complete(event);
                    }
                });
                scenario.run(node, callers, bulkhead);
            }
            assertThat(callers.forbiddenFrames()).isEmpty();
            assertThat(callers.dumps()).isPositive();
        }
    }

    private static long successes(FleetNode node) {
        return node.status().exchanges() - node.status().failures();
    }

    /** The only node is granted more than the safe share, and not all: half of what nobody wants stays free. */
    private static boolean follows(FleetNode node, Bulkhead bulkhead) {
        int granted = bulkhead.metrics().maxConcurrent();
        return node.status().leased() && granted > LIMIT / EXPECTED_NODES && granted < LIMIT;
    }

    private static void await(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - start).as(what).isLessThan(BOUND_NANOS);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
