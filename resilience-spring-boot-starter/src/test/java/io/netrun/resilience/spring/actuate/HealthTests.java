package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.spring.settings.InstanceFactory;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.reactive.server.WebTestClient;

@SpringBootTest(
        classes = HealthTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoint.health.show-details=always",
            "resilience.circuit-breaker.instances.ours.health=status",
            "resilience.circuit-breaker.instances.theirs.health=details",
            "resilience.circuit-breaker.instances.unsaid.failure-threshold=2"
        })
class HealthTests {

    @LocalServerPort
    private int port;

    @Autowired
    private ResilienceRegistry registry;

    @BeforeEach
    void closeAll() {
        registry.all(CircuitBreaker.TYPE).forEach(CircuitBreaker::reset);
    }

    @Test
    void healthShouldShowOnlyBreakersThatAskForIt() {
        health(HttpStatus.OK)
                .jsonPath("$.components.resilience.status")
                .isEqualTo("UP")
                .jsonPath("$.components.resilience.details.circuitBreakers.ours.state")
                .isEqualTo("closed")
                .jsonPath("$.components.resilience.details.circuitBreakers.theirs.state")
                .isEqualTo("closed")
                .jsonPath("$.components.resilience.details.circuitBreakers.unsaid")
                .doesNotExist();
    }

    @Test
    void openBreakerShouldNotChangeTheStatusByDefault() {
        open("theirs");
        open("unsaid");
        health(HttpStatus.OK)
                .jsonPath("$.status")
                .isEqualTo("UP")
                .jsonPath("$.components.resilience.details.circuitBreakers.theirs.state")
                .isEqualTo("forced-open");
    }

    @Test
    void openBreakerWithHealthStatusShouldSetTheStatusDown() {
        open("ours");
        health(HttpStatus.SERVICE_UNAVAILABLE)
                .jsonPath("$.components.resilience.status")
                .isEqualTo("DOWN")
                .jsonPath("$.components.resilience.details.circuitBreakers.ours.state")
                .isEqualTo("forced-open");
    }

    private void open(String name) {
        registry.find(CircuitBreaker.TYPE, name).orElseThrow().forceOpen();
    }

    private WebTestClient.BodyContentSpec health(HttpStatus status) {
        return WebTestClient.bindToServer()
                .responseTimeout(Duration.ofSeconds(30))
                .baseUrl("http://localhost:" + port + "/actuator/health")
                .build()
                .get()
                .exchange()
                .expectStatus()
                .isEqualTo(status)
                .expectBody();
    }

    @Test
    void defaultsShouldHoldForBreakersMadeInCodeToo() {
        application("resilience.circuit-breaker.defaults.health=details").run(context -> {
            context.getBean(ResilienceRegistry.class).getOrCreate(CircuitBreaker.TYPE, "made");
            InstanceHealth health = new InstanceHealth(
                    context.getBean(ResilienceRegistry.class), context.getBean(InstanceFactory.class), Optional::empty);
            assertThat(health.check().details().get("circuitBreakers"))
                    .asInstanceOf(InstanceOfAssertFactories.MAP)
                    .containsOnlyKeys("made");
        });
    }

    @Test
    void detailShouldBeThatOfTheCheckWheneverItIsRead() {
        application("resilience.circuit-breaker.defaults.health=details").run(context -> {
            CircuitBreaker breaker = context.getBean(ResilienceRegistry.class).getOrCreate(CircuitBreaker.TYPE, "made");
            InstanceHealth health = new InstanceHealth(
                    context.getBean(ResilienceRegistry.class), context.getBean(InstanceFactory.class), Optional::empty);
            Map<String, Object> details = health.check().details();

            breaker.forceOpen();

            assertThat(details.get("circuitBreakers"))
                    .asInstanceOf(InstanceOfAssertFactories.MAP)
                    .extractingByKey("made", InstanceOfAssertFactories.MAP)
                    .containsEntry("state", "closed");
        });
    }

    @Test
    void healthShouldReadNoConfigurationOnceStarted() {
        AtomicInteger read = new AtomicInteger();
        application("resilience.circuit-breaker.instances.asking.health=status")
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("counted", Map.of("counted", "yes")) {
                            @Override
                            public Object getProperty(String name) {
                                read.incrementAndGet();
                                return super.getProperty(name);
                            }

                            @Override
                            public boolean containsProperty(String name) {
                                read.incrementAndGet();
                                return super.containsProperty(name);
                            }

                            @Override
                            public String[] getPropertyNames() {
                                read.incrementAndGet();
                                return super.getPropertyNames();
                            }
                        }))
                .run(context -> {
                    ResilienceRegistry known = context.getBean(ResilienceRegistry.class);
                    var tenants = known.keyed(CircuitBreaker.TYPE, "tenants", CircuitBreakerConfig.defaults(), 10_000);
                    for (int i = 0; i < 10_000; i++) {
                        tenants.get("t" + i);
                    }
                    InstanceHealth health =
                            new InstanceHealth(known, context.getBean(InstanceFactory.class), Optional::empty);
                    health.check();
                    int before = read.get();
                    assertThat(health.check().details().get("circuitBreakers"))
                            .asInstanceOf(InstanceOfAssertFactories.MAP)
                            .containsOnlyKeys("asking");
                    assertThat(read).hasValue(before);
                });
    }

    /** In bytes, which other processes do not change; {@code benchmarks/scale} measures the time. */
    @Test
    void healthShouldDoLittleForEachOfTenThousandKeyedCircuits() {
        application("resilience.circuit-breaker.instances.asking.health=status").run(context -> {
            ResilienceRegistry known = context.getBean(ResilienceRegistry.class);
            var tenants = known.keyed(CircuitBreaker.TYPE, "tenants", CircuitBreakerConfig.defaults(), 10_000);
            for (int i = 0; i < 10_000; i++) {
                tenants.get("t" + i);
            }
            assertThat(known.all(CircuitBreaker.TYPE)).hasSizeGreaterThanOrEqualTo(10_000);
            InstanceHealth health = new InstanceHealth(known, context.getBean(InstanceFactory.class), Optional::empty);
            assertThat(health.check().down()).isFalse();
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            health.check();
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(bytes / 10_000).as("bytes for an instance").isLessThan(100);
        });
    }

    @Test
    void roleOfAFamilyShouldHoldForItsInstances() {
        application("resilience.circuit-breaker.instances.tenants.health=status")
                .run(context -> {
                    ResilienceRegistry known = context.getBean(ResilienceRegistry.class);
                    known.keyed(CircuitBreaker.TYPE, "tenants", CircuitBreakerConfig.defaults(), 10)
                            .get("one")
                            .forceOpen();
                    InstanceHealth health =
                            new InstanceHealth(known, context.getBean(InstanceFactory.class), Optional::empty);
                    assertThat(health.check().down()).isTrue();
                    known.remove(CircuitBreaker.TYPE, "tenants:one");
                    assertThat(health.check().down()).isFalse();
                });
    }

    @Test
    void familyShouldHaveOneDetailForAllInstances() {
        application("resilience.circuit-breaker.instances.tenants.health=details")
                .run(context -> {
                    ResilienceRegistry known = context.getBean(ResilienceRegistry.class);
                    var tenants = known.keyed(CircuitBreaker.TYPE, "tenants", CircuitBreakerConfig.defaults(), 5_000);
                    for (int i = 0; i < 5_000; i++) {
                        CircuitBreaker tenant = tenants.get("t" + i);
                        if (i >= 4_000) {
                            tenant.forceOpen();
                        }
                    }
                    InstanceHealth.Report report =
                            new InstanceHealth(known, context.getBean(InstanceFactory.class), Optional::empty).check();
                    assertThat(report.down()).isFalse();
                    assertThat(report.details().toString()).hasSizeLessThan(500);
                    assertThat(report.details().get("circuitBreakers"))
                            .asInstanceOf(InstanceOfAssertFactories.MAP)
                            .containsOnlyKeys("tenants:*")
                            .extractingByKey("tenants:*", InstanceOfAssertFactories.MAP)
                            .containsEntry("instances", 5_000)
                            .containsEntry("rejecting", 1_000)
                            .extractingByKey("rejectingInstances", InstanceOfAssertFactories.LIST)
                            .hasSize(10)
                            .startsWith("tenants:t4000");
                });
    }

    @Test
    void keyShouldHaveARoleOfItsOwn() {
        application("resilience.circuit-breaker.instances.tenants.health=details")
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource(
                                "key", Map.of("resilience.circuit-breaker.instances[tenants:one].health", "status"))))
                .run(context -> {
                    ResilienceRegistry known = context.getBean(ResilienceRegistry.class);
                    var tenants = known.keyed(CircuitBreaker.TYPE, "tenants", CircuitBreakerConfig.defaults(), 10);
                    InstanceHealth health =
                            new InstanceHealth(known, context.getBean(InstanceFactory.class), Optional::empty);
                    tenants.get("other").forceOpen();
                    assertThat(health.check().down()).isFalse();
                    tenants.get("one").forceOpen();
                    assertThat(health.check().down()).isTrue();
                });
    }

    @Test
    void instanceWithAColonAndNoFamilyShouldBeShownAlone() {
        application("resilience.circuit-breaker.defaults.health=details").run(context -> {
            ResilienceRegistry known = context.getBean(ResilienceRegistry.class);
            known.getOrCreate(CircuitBreaker.TYPE, "db:orders");
            assertThat(new InstanceHealth(known, context.getBean(InstanceFactory.class), Optional::empty)
                            .check()
                            .details()
                            .get("circuitBreakers"))
                    .asInstanceOf(InstanceOfAssertFactories.MAP)
                    .containsOnlyKeys("db:orders");
        });
    }

    @Test
    void indicatorShouldBeSwitchedOffAsAnyOther() {
        application("management.health.resilience.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean("resilienceHealthIndicator"));
    }

    private static ApplicationContextRunner application(String property) {
        return new ApplicationContextRunner()
                .withUserConfiguration(Application.class)
                .withPropertyValues(property);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @Test
    void instanceBeforeItsFamilyShouldBecomePartOfIt() {
        application("resilience.circuit-breaker.instances.tenants.health=status")
                .run(context -> {
                    ResilienceRegistry known = context.getBean(ResilienceRegistry.class);
                    CircuitBreaker early = known.getOrCreate(CircuitBreaker.TYPE, "tenants:early");
                    InstanceHealth health =
                            new InstanceHealth(known, context.getBean(InstanceFactory.class), Optional::empty);
                    known.keyed(CircuitBreaker.TYPE, "tenants", CircuitBreakerConfig.defaults(), 5);
                    early.forceOpen();
                    InstanceHealth.Report report = health.check();
                    assertThat(report.down()).isTrue();
                    assertThat(report.details().get("circuitBreakers"))
                            .asInstanceOf(InstanceOfAssertFactories.MAP)
                            .containsOnlyKeys("tenants:*");
                });
    }
}
