package io.netrun.resilience.fleet.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.LimitScope;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.FleetMode;
import io.netrun.resilience.fleet.FleetNode;
import io.netrun.resilience.fleet.FleetStore;
import io.netrun.resilience.fleet.InMemoryFleetStore;
import io.netrun.resilience.fleet.RedisFleetStore;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.fleet.FleetOperations;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanDefinitionCustomizer;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.util.ClassUtils;

/** An application as a node of its fleet: what it needs, and what it reports at the start. */
@ExtendWith(OutputCaptureExtension.class)
class FleetAutoConfigurationTests {

    private static final ClassLoader LOADER = FleetAutoConfigurationTests.class.getClassLoader();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class,
                    ResilienceRedisFleetAutoConfiguration.class,
                    ResilienceFleetAutoConfiguration.class,
                    ResilienceFleetMetricsAutoConfiguration.class))
            .withPropertyValues("spring.application.name=shop");

    private final ApplicationContextRunner enabled = runner.withPropertyValues("resilience.fleet.enabled=true");

    private final ApplicationContextRunner inMemory =
            enabled.withBean(FleetStore.class, () -> new InMemoryFleetStore());

    /** The application's Redis, whose auto-configuration has moved with Spring Boot 4. */
    private static Class<?> redis() {
        String former = "org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration";
        return ClassUtils.resolveClassName(
                ClassUtils.isPresent(former, LOADER)
                        ? former
                        : "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
                LOADER);
    }

    private static List<Problem> problems(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof ResilienceConfigurationException)) {
            cause = cause.getCause();
        }
        assertThat(cause).as("%s", failure).isNotNull();
        return ((ResilienceConfigurationException) cause).problems();
    }

    // ---- on and off

    @Test
    void fleetShouldBeOffByDefault() {
        runner.run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(FleetNode.class)
                .doesNotHaveBean(FleetOperations.class));
    }

    @Test
    void fleetShouldBeOffWhereProtectionIs() {
        inMemory.withPropertyValues("resilience.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(FleetNode.class));
    }

    @Test
    void nodeShouldTakePartWhileTheApplicationRuns() {
        inMemory.run(context -> {
            FleetNode node = context.getBean(FleetNode.class);
            String first = node.status().node();
            assertThat(node.status().view().nodes()).containsExactly(first);
            context.getSourceApplicationContext(GenericApplicationContext.class).stop();
            assertThat(node.status().node()).isEmpty();
            assertThat(context.getBean(FleetOperations.class).obstacle()).isPresent();
            context.getSourceApplicationContext(GenericApplicationContext.class).start();
            assertThat(node.status().view().nodes())
                    .containsExactly(node.status().node());
            context.close();
            assertThat(node.status().node()).isEmpty();
        });
    }

    @Test
    void nodeShouldHaveAShareBeforeTheWebServerStarts() {
        AtomicReference<Double> share = new AtomicReference<>();
        inMemory.withPropertyValues("resilience.bulkhead.instances.database.scope=fleet")
                .withBean(WebServer.class, () -> new WebServer(share))
                .run(context -> assertThat(share.get()).isGreaterThan(0));
    }

    @Test
    void nodeShouldTakePartUntilTheWebServerHasStopped() {
        AtomicReference<Double> share = new AtomicReference<>();
        inMemory.withPropertyValues("resilience.bulkhead.instances.database.scope=fleet")
                .withBean(WebServer.class, () -> new WebServer(share))
                .run(context -> {
                    WebServer server = context.getBean(WebServer.class);
                    context.close();
                    assertThat(server.nodeAtStop).isNotEmpty();
                });
    }

    /** Where Spring Boot starts its web server. */
    static final class WebServer implements SmartLifecycle, org.springframework.beans.factory.BeanFactoryAware {

        private final AtomicReference<Double> share;
        private BeanFactory beans;
        private boolean running;
        String nodeAtStop = "";

        WebServer(AtomicReference<Double> share) {
            this.share = share;
        }

        @Override
        public void setBeanFactory(BeanFactory beans) {
            this.beans = beans;
        }

        @Override
        public void start() {
            running = true;
            assertThat(beans.getBean(FleetNode.class).status().view()).isNotNull();
            share.set(SharedInstances.share(
                    beans.getBean(SharedInstances.class).bulkheads().get(0)));
        }

        @Override
        public void stop() {
            nodeAtStop = beans.getBean(FleetNode.class).status().node();
            running = false;
        }

        @Override
        public boolean isRunning() {
            return running;
        }

        @Override
        public int getPhase() {
            return DEFAULT_PHASE - 2_048;
        }
    }

    @Test
    void nodeShouldLiveWhereTheRegistryIs() {
        inMemory.run(parent -> inMemory.withParent(parent).run(child -> {
            assertThat(child).hasNotFailed();
            assertThat(child.getBean(FleetNode.class)).isSameAs(parent.getBean(FleetNode.class));
            assertThat(child.getBeanFactory().containsLocalBean("resilienceFleetLifecycle"))
                    .isFalse();
        }));
    }

    // ---- the store

    @Test
    void fleetWithoutRedisShouldFailTheStartWithARemedy() {
        enabled.run(context -> assertThat(problems(context.getStartupFailure()))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.description())
                            .isEqualTo(
                                    "resilience.fleet.enabled is true, but the application has no connection to Redis:"
                                            + " there is no bean of type StringRedisTemplate");
                    assertThat(problem.remedy())
                            .isEqualTo("Add spring-boot-starter-data-redis and set spring.data.redis.host, or define a"
                                    + " bean of type FleetStore, or set resilience.fleet.enabled to false");
                }));
    }

    @Test
    void fleetWithoutRedisShouldBeToleratedWithAWarning(CapturedOutput output) {
        enabled.withPropertyValues("resilience.validation=warn").run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output).contains("WARN").contains("the application has no connection to Redis");
            assertThat(context.getBean(FleetNode.class).status().node()).isEmpty();
        });
    }

    @Test
    void noClassOfRedisShouldBeNeeded() {
        inMemory.withClassLoader(new FilteredClassLoader("org.springframework.data", "io.lettuce"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(FleetNode.class));
        enabled.withClassLoader(new FilteredClassLoader("org.springframework.data", "io.lettuce"))
                .run(context ->
                        assertThat(problems(context.getStartupFailure())).hasSize(1));
    }

    @Test
    void redisOfTheApplicationShouldBeTheStore() {
        enabled.withConfiguration(AutoConfigurations.of(redis()))
                .withPropertyValues("spring.data.redis.port=1", "resilience.fleet.interval=200ms")
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(RedisFleetStore.class);
                    assertThat(context.getBean(FleetNode.class).status().view()).isNull();
                });
    }

    @Test
    void storeOfTheApplicationShouldBeUsedInsteadOfRedis() {
        inMemory.withConfiguration(AutoConfigurations.of(redis()))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(RedisFleetStore.class));
    }

    @Test
    void severalCandidatesShouldFailTheStartWithARemedy() {
        inMemory.withBean("other", FleetStore.class, () -> new InMemoryFleetStore())
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.description())
                                .contains("several beans of type FleetStore", "other")));
        enabled.withConfiguration(AutoConfigurations.of(redis()))
                .withBean("one", StringRedisTemplate.class, StringRedisTemplate::new, later())
                .withBean("two", StringRedisTemplate.class, StringRedisTemplate::new, later())
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.description())
                                .contains("several beans of type StringRedisTemplate: one, two")));
    }

    /** The templates have no connection. */
    private static BeanDefinitionCustomizer later() {
        return definition -> definition.setLazyInit(true);
    }

    @Test
    void storeThatDoesNotAnswerShouldNotStopTheStart() {
        enabled.withBean(FleetStore.class, FleetAutoConfigurationTests::broken)
                .withPropertyValues("resilience.fleet.interval=200ms")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void storeThatIsRequiredShouldStopTheStartWithARemedy() {
        enabled.withBean(FleetStore.class, FleetAutoConfigurationTests::broken)
                .withPropertyValues(
                        "resilience.fleet.required=true",
                        "resilience.fleet.interval=200ms",
                        "resilience.fleet.lease=1s")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .satisfies(problem -> {
                            assertThat(problem.description())
                                    .contains("has not answered within 1000 ms", "required is true", "no route");
                            assertThat(problem.remedy()).contains("set resilience.fleet.required to false");
                        }));
    }

    private static FleetStore broken() {
        return report -> {
            throw new IllegalStateException("no route");
        };
    }

    // ---- settings

    @Test
    void wrongSettingsShouldBeReportedTogether() {
        inMemory.withPropertyValues(
                        "resilience.fleet.interval=100ms",
                        "resilience.fleet.expected-nodes=0",
                        "resilience.fleet.when-away=never",
                        "resilience.fleet.required=perhaps",
                        "resilience.fleet.name=${nowhere}",
                        "resilience.fleet.key-prefix= ",
                        "resilience.fleet.leese=10s")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .extracting(Problem::description)
                        .anySatisfy(text -> assertThat(text)
                                .isEqualTo("Fleet: interval is PT0.1S: must be between PT0.2S and PT1M"))
                        .anySatisfy(text ->
                                assertThat(text).isEqualTo("Fleet: expectedNodes is 0: must be between 1 and 10000"))
                        .anySatisfy(text -> assertThat(text).contains("one of safe-share, keep, local"))
                        .anySatisfy(text -> assertThat(text).contains("'perhaps'", "true or false"))
                        .anySatisfy(text -> assertThat(text).contains("placeholder that cannot be resolved"))
                        .anySatisfy(text -> assertThat(text).startsWith("Fleet: key-prefix is ''"))
                        .anySatisfy(text -> assertThat(text).contains("unknown key 'leese'"))
                        .hasSize(7));
    }

    @Test
    void leaseOfLessThanFiveIntervalsShouldNameWhereToChangeIt() {
        inMemory.withPropertyValues("resilience.fleet.lease=3s")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .satisfies(problem -> {
                            assertThat(problem.description())
                                    .startsWith("Fleet: lease is PT3S: must be at least five intervals, which is PT5S");
                            assertThat(problem.remedy()).startsWith("Change it here: resilience.fleet.lease");
                        }));
        inMemory.withPropertyValues("resilience.fleet.interval=5s")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.remedy())
                                .isEqualTo("This is the default. Set resilience.fleet.lease explicitly, or change the"
                                        + " conflicting setting")));
    }

    @Test
    void fleetWithoutANameShouldFailTheStartWithARemedy() {
        inMemory.withPropertyValues("spring.application.name=")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.description())
                                .isEqualTo(
                                        "resilience.fleet.name is not set, and neither is spring.application.name")));
    }

    @Test
    void keyedInstancesShouldNotBeShared() {
        inMemory.withBean(Tenants.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource(
                                "keyed", Map.of("resilience.bulkhead.instances[users:42].scope", "fleet"))))
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .anySatisfy(problem -> {
                            assertThat(problem.description())
                                    .isEqualTo("RateLimiter 'tenants:a': scope is fleet, which is not possible for the"
                                            + " keyed instances of 'tenants'");
                            assertThat(problem.remedy()).startsWith("Set scope to node for them");
                        })
                        .anySatisfy(problem ->
                                assertThat(problem.description()).startsWith("Bulkhead 'users:42': scope is fleet"))
                        .hasSize(2));
    }

    static class Tenants {

        final KeyedPolicies<RateLimiter> limiters;

        Tenants(ResilienceRegistry registry) {
            limiters = registry.keyed(
                    RateLimiter.TYPE,
                    "tenants",
                    RateLimiterConfig.builder().scope(LimitScope.FLEET).build(),
                    10);
            limiters.get("a");
            limiters.get("b");
        }
    }

    @Test
    void keyedCircuitsWithAQuorumShouldBeWarnedOf(CapturedOutput output) {
        inMemory.run(context -> {
            KeyedPolicies<CircuitBreaker> circuits = context.getBean(ResilienceRegistry.class)
                    .keyed(
                            CircuitBreaker.TYPE,
                            "merchants",
                            CircuitBreakerConfig.builder()
                                    .fleet(FleetMode.QUORUM)
                                    .build(),
                            10);
            circuits.get("a");
            circuits.get("b");
            assertThat(output)
                    .containsOnlyOnce("Keyed circuits of 'merchants' have fleet: quorum, which has no effect");
        });
    }

    @Test
    void settingsThatMaySurpriseShouldBeExplained(CapturedOutput output) {
        inMemory.withPropertyValues(
                        "resilience.fleet.expected-nodes=5",
                        "resilience.bulkhead.instances.database.scope=fleet",
                        "resilience.bulkhead.instances.database.max-concurrent=3",
                        "resilience.bulkhead.instances.wide.scope=fleet",
                        "resilience.bulkhead.instances.wide.max-concurrent=30",
                        "resilience.bulkhead.instances.wide.pools=shared",
                        "resilience.rate-limiter.instances.geocoder.scope=fleet",
                        "resilience.rate-limiter.instances.geocoder.limit=4")
                .run(context -> assertThat(output)
                        .contains("Bulkhead 'database': maxConcurrent is 3 for the fleet, but"
                                + " resilience.fleet.expected-nodes is 5. While the store does not answer, each node runs"
                                + " one call, 5 in all. Raise maxConcurrent, or lower expected-nodes.")
                        .contains(
                                "Bulkhead 'database': maxConcurrent is 3 for the fleet's sync calls, and again for its"
                                        + " asynchronous calls, because pools is separate.")
                        .doesNotContain("Bulkhead 'wide': maxConcurrent")
                        .contains("RateLimiter 'geocoder': limit is 4 for the fleet, but")
                        .doesNotContain("takes part in no fleet"));
    }
}
