package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.settings.InstanceFactory;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;

/** Configurations that code of parent and child contexts gives: each counts until its context is closed. */
@ExtendWith(OutputCaptureExtension.class)
class ChildCodeTests {

    private static final String SECTION = "resilience.circuit-breaker.instances.";

    private final List<ConfigurableApplicationContext> open = new ArrayList<>();

    @AfterEach
    void close() {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void closedChildShouldLeaveNothingOfItsCode(CapturedOutput output) {
        var parent = context(null);
        var child = context(parent, code(registry -> registry.getOrCreate(breakers(), "cc", opens(3))));
        assertThat(seconds(parent, "cc")).isEqualTo(3);
        assertThat(origin(parent, "cc")).isEqualTo("code");
        breaker(parent, "cc").forceOpen();
        child.close();
        assertThat(seconds(parent, "cc")).isEqualTo(60);
        assertThat(origin(parent, "cc")).isEqualTo("default");
        assertThat(breaker(parent, "cc").isForced()).as("the state stays").isTrue();
        assertThat(output)
                .contains("CircuitBreaker 'cc' no longer has a configuration from code, since a child context was"
                        + " closed: [openDuration]");
    }

    @Test
    void childThatIsMadeAgainShouldApplyItsCode() {
        var parent = context(null);
        for (int seconds = 3; seconds <= 5; seconds++) {
            int own = seconds;
            var child = context(parent, code(registry -> registry.getOrCreate(breakers(), "cc", opens(own))));
            assertThat(seconds(parent, "cc")).isEqualTo(seconds);
            child.close();
        }
        assertThat(seconds(parent, "cc")).isEqualTo(60);
    }

    @Test
    void codeAtRunTimeShouldGoWithItsContext() {
        var parent = context(null);
        var child = context(parent);
        child.getBean(ResilienceRegistry.class).getOrCreate(breakers(), "cc", opens(3));
        var sibling = context(parent);
        sibling.getBean(ResilienceRegistry.class).getOrCreate(breakers(), "cc", opens(4));
        assertThat(seconds(parent, "cc")).as("the first").isEqualTo(3);
        child.close();
        assertThat(seconds(parent, "cc")).as("the sibling's").isEqualTo(4);
        sibling.close();
        assertThat(seconds(parent, "cc")).isEqualTo(60);
    }

    @Test
    void codeOfAClosedChildShouldGiveWayToTheParents() {
        var parent = context(null);
        var child = context(parent, code(registry -> registry.getOrCreate(breakers(), "cc", opens(3))));
        parent.getBean(ResilienceRegistry.class).getOrCreate(breakers(), "cc", opens(5));
        assertThat(seconds(parent, "cc")).isEqualTo(3);
        child.close();
        assertThat(seconds(parent, "cc")).isEqualTo(5);
        context(parent, code(registry -> registry.getOrCreate(breakers(), "cc", opens(3))));
        assertThat(seconds(parent, "cc")).isEqualTo(5);
    }

    @Test
    void siblingThatIsClosedSecondShouldChangeNothing() {
        var parent = context(null);
        var first = context(parent, code(registry -> registry.getOrCreate(breakers(), "cc", opens(3))));
        var second = context(parent, code(registry -> registry.getOrCreate(breakers(), "cc", opens(4))));
        second.close();
        assertThat(seconds(parent, "cc")).isEqualTo(3);
        first.close();
        assertThat(seconds(parent, "cc")).isEqualTo(60);
    }

    @Test
    void grandchildShouldKeepItsCodeWhenItsParentIsClosed() {
        var parent = context(null);
        var child = context(parent, code(registry -> registry.getOrCreate(breakers(), "cc", opens(3))));
        var grandchild = context(child, code(registry -> registry.getOrCreate(breakers(), "cc", opens(4))));
        child.close();
        assertThat(seconds(parent, "cc")).isEqualTo(4);
        grandchild.close();
        assertThat(seconds(parent, "cc")).isEqualTo(60);
    }

    @Test
    void operatorsChangeShouldOutliveTheCodeOfAChild() {
        var parent = context(null);
        var child = context(
                parent,
                code(registry -> registry.getOrCreate(
                        breakers(),
                        "cc",
                        opens(3).toBuilder().failureThreshold(9).build())));
        parent.getBean(ResilienceEndpoint.class)
                .act("circuit-breaker", "cc", null, "failureThreshold=7", null, null, null, null, SecurityContext.NONE);
        child.close();
        assertThat(breaker(parent, "cc").config().failureThreshold()).isEqualTo(7);
        assertThat(seconds(parent, "cc")).isEqualTo(60);
    }

    @Test
    void registeredInstanceShouldLoseTheSettingsOfItsChild() {
        var parent = context(null);
        var child = context(parent, code(registry -> registry.register(Retry.of("kr", b -> b.maxAttempts(7)))));
        assertThat(attempts(parent)).isEqualTo(7);
        child.close();
        assertThat(attempts(parent)).isEqualTo(3);
        child = context(parent, code(registry -> registry.register(Retry.of("kr", b -> b.maxAttempts(9)))));
        assertThat(attempts(parent)).isEqualTo(9);
        parent.getBean(ResilienceRegistry.class)
                .getOrCreate(
                        Retry.TYPE, "kr", Retry.of("kr", b -> b.maxAttempts(4)).config());
        child.close();
        assertThat(attempts(parent)).isEqualTo(4);
    }

    @Test
    void removedInstanceShouldStartAnew() {
        var parent = context(null);
        var child = context(parent, code(registry -> registry.getOrCreate(breakers(), "cc", opens(3))));
        ResilienceRegistry registry = child.getBean(ResilienceRegistry.class);
        registry.remove(breakers(), "cc");
        registry.getOrCreate(breakers(), "cc", opens(4));
        assertThat(seconds(parent, "cc")).isEqualTo(4);
        child.close();
        assertThat(seconds(parent, "cc")).isEqualTo(60);
    }

    @Test
    void sectionsOfAClosedChildShouldGoWithItsCode() {
        var parent = context(null);
        var child = context(
                parent,
                Map.of(SECTION + "cc.failure-threshold", "2"),
                code(registry -> registry.getOrCreate(breakers(), "cc", opens(3))));
        assertThat(breaker(parent, "cc").config())
                .isEqualTo(opens(3).toBuilder().failureThreshold(2).build());
        child.close();
        assertThat(breaker(parent, "cc").config()).isEqualTo(CircuitBreakerConfig.defaults());
    }

    @Test
    void closedChildShouldLeaveTheParentsDefaults() {
        var parent = context(null, Map.of("resilience.circuit-breaker.defaults.open-duration", "20s"));
        var child = context(parent, code(registry -> registry.getOrCreate(breakers(), "cc", opens(3))));
        child.close();
        assertThat(seconds(parent, "cc")).isEqualTo(20);
        rebind(parent);
        assertThat(seconds(parent, "cc")).isEqualTo(20);
    }

    @Test
    void childThatFailsToStartShouldLeaveNothingOfItsCode() {
        var parent = context(null);
        assertThatThrownBy(() -> context(parent, code(registry -> {
                    registry.getOrCreate(breakers(), "cc", opens(3));
                    throw new IllegalStateException("a bean that cannot be created");
                })))
                .hasStackTraceContaining("a bean that cannot be created");
        assertThat(seconds(parent, "cc")).isEqualTo(60);
    }

    @Test
    void codeOfAnInstanceInUseShouldCountInEitherOrder(CapturedOutput output) {
        var parent = context(null, Uses.class);
        assertThat(seconds(parent, "used")).isEqualTo(60);
        var child = context(parent, code(registry -> registry.getOrCreate(breakers(), "used", opens(3))));
        assertThat(seconds(parent, "used")).isEqualTo(3);
        assertThat(breaker(parent, "used").config().failureThreshold())
                .as("the annotation's")
                .isEqualTo(4);
        assertThat(output).contains("CircuitBreaker 'used' applied a configuration from code: [openDuration]");
        child.close();
        assertThat(seconds(parent, "used")).isEqualTo(60);
        assertThat(breaker(parent, "used").config().failureThreshold()).isEqualTo(4);
    }

    @Test
    void codeThatContradictsASectionShouldFailNoLaterCall(CapturedOutput output) {
        var parent = context(null, Map.of(SECTION + "cc.open-duration", "90s"));
        assertThat(seconds(parent, "cc")).isEqualTo(90);
        ResilienceRegistry registry = parent.getBean(ResilienceRegistry.class);
        CircuitBreakerConfig shorter =
                opens(5).toBuilder().maxOpenDuration(Duration.ofSeconds(70)).build();
        for (int again = 0; again < 2; again++) {
            registry.getOrCreate(breakers(), "cc", shorter);
            assertThat(breaker(parent, "cc").config().maxOpenDuration()).isNotEqualTo(Duration.ofSeconds(70));
        }
        assertThat(output).containsOnlyOnce("CircuitBreaker 'cc': maxOpenDuration is PT1M10S");
        rebind(parent);
    }

    @Test
    void familyOfAClosedChildShouldLeaveNothing() {
        var parent = context(null);
        var child = context(
                parent, Map.of(SECTION + "fam.failure-threshold", "2"), code(registry -> family(registry, 3, 10)));
        family(child, 3, 10).get("k1");
        assertThat(seconds(parent, "fam:k1")).isEqualTo(3);
        child.close();
        assertThat(seconds(parent, "fam:k1")).isEqualTo(60);
        assertThat(breaker(parent, "fam:k1").config()).isEqualTo(CircuitBreakerConfig.defaults());
        var again = context(parent, code(registry -> family(registry, 4, 20)));
        family(again, 4, 20).get("k2");
        assertThat(seconds(parent, "fam:k1")).isEqualTo(4);
        assertThat(seconds(parent, "fam:k2")).isEqualTo(4);
        rebind(parent);
        assertThat(seconds(parent, "fam:k2")).isEqualTo(4);
        again.close();
        assertThat(seconds(parent, "fam:k1")).isEqualTo(60);
        assertThat(seconds(parent, "fam:k2")).isEqualTo(60);
    }

    @Test
    void familyOfAClosedChildShouldGiveWayToTheSiblings() {
        var parent = context(null);
        var child = context(parent);
        family(child, 3, 10).get("k1");
        var sibling = context(parent);
        family(sibling, 4, 10);
        assertThat(seconds(parent, "fam:k1")).isEqualTo(3);
        child.close();
        assertThat(seconds(parent, "fam:k1")).isEqualTo(4);
        family(sibling, 4, 10).get("k3");
        assertThat(seconds(parent, "fam:k3")).isEqualTo(4);
        assertThatThrownBy(() -> family(sibling, 4, 20)).hasMessageContaining("limit is 20: must be 10");
    }

    @Test
    void familyShouldRetainNoClosedChild() {
        var parent = context(null);
        var reference = closedChildWithAFamily(parent);
        open.removeIf(context -> context != parent);
        for (int i = 0; i < 200 && reference.get() != null; i++) {
            System.gc();
            Thread.yield();
        }
        assertThat(reference.get()).isNull();
    }

    private WeakReference<Object> closedChildWithAFamily(ConfigurableApplicationContext parent) {
        var child = context(parent);
        Object ofChild = new int[] {3};
        child.getBean(ResilienceRegistry.class)
                .keyed(breakers(), "fam", 10, key -> opens(((int[]) ofChild)[0]))
                .get("k1");
        child.close();
        return new WeakReference<>(ofChild);
    }

    @Test
    void callsOfAClosedChildShouldContributeNothing() {
        var parent = context(null);
        var child = context(parent);
        ResilienceRegistry registry = child.getBean(ResilienceRegistry.class);
        var late = registry.getOrCreate(breakers(), "used");
        child.close();
        registry.getOrCreate(breakers(), "used", opens(3));
        family(registry, 3, 10);
        assertThat(late.config().openDuration()).hasSeconds(60);
        assertThat(family(parent, 5, 20).get("k1").config().openDuration()).hasSeconds(5);
    }

    @Test
    void childThatIsSwitchedOffShouldChangeNoInstance(CapturedOutput output) {
        var parent = context(null, Uses.class);
        var child = context(
                parent,
                Map.of("resilience.enabled", "false", SECTION + "used.open-duration", "8s"),
                code(registry -> registry.getOrCreate(breakers(), "mine")));
        assertThat(seconds(parent, "used")).isEqualTo(60);
        assertThat(breaker(parent, "used").isEnabled()).isTrue();
        assertThat(breaker(parent, "mine").isEnabled()).as("shared").isTrue();
        rebind(parent);
        rebind(child);
        assertThat(seconds(parent, "used")).isEqualTo(60);
        child.close();
        assertThat(output).doesNotContain("applied the", "since a child context was closed");
    }

    @Test
    void injectedRegistryShouldBeTheChildsWhateverItsName() {
        var parent = context(null);
        var child = context(parent, Named.class);
        assertThat(seconds(parent, "cc")).isEqualTo(6);
        child.close();
        assertThat(seconds(parent, "cc")).isEqualTo(60);
    }

    private ConfigurableApplicationContext context(ConfigurableApplicationContext parent, Object... beans) {
        return context(parent, Map.of(), beans);
    }

    private ConfigurableApplicationContext context(
            ConfigurableApplicationContext parent, Map<String, Object> properties, Object... beans) {
        var context = new AnnotationConfigApplicationContext();
        open.add(context);
        Map<String, Object> all = new HashMap<>(properties);
        all.put("management.endpoint.resilience.access", "UNRESTRICTED");
        all.put("management.endpoints.web.exposure.include", "resilience");
        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test " + open.size(), all));
        if (parent != null) {
            context.setParent(parent);
        }
        context.register(Starter.class);
        for (Object bean : beans) {
            if (bean instanceof Code code) {
                context.registerBean("code", Object.class, () -> {
                    code.accept(context.getBean(ResilienceRegistry.class));
                    return new Object();
                });
            } else {
                context.register((Class<?>) bean);
            }
        }
        context.refresh();
        return context;
    }

    /** A bean whose constructor requests instances. */
    private static Code code(Consumer<ResilienceRegistry> code) {
        return code::accept;
    }

    private static KeyedPolicies<io.netrun.resilience.circuitbreaker.CircuitBreaker> family(
            ConfigurableApplicationContext context, int seconds, int limit) {
        return family(context.getBean(ResilienceRegistry.class), seconds, limit);
    }

    private static KeyedPolicies<io.netrun.resilience.circuitbreaker.CircuitBreaker> family(
            ResilienceRegistry registry, int seconds, int limit) {
        return registry.keyed(breakers(), "fam", opens(seconds), limit);
    }

    private static CircuitBreakerConfig opens(int seconds) {
        return CircuitBreakerConfig.builder()
                .openDuration(Duration.ofSeconds(seconds))
                .build();
    }

    private static io.netrun.resilience.PolicyType<
                    io.netrun.resilience.circuitbreaker.CircuitBreaker, CircuitBreakerConfig>
            breakers() {
        return io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE;
    }

    private static io.netrun.resilience.circuitbreaker.CircuitBreaker breaker(
            ConfigurableApplicationContext context, String name) {
        return context.getBean(ResilienceRegistry.class).find(breakers(), name).orElseThrow();
    }

    private static long seconds(ConfigurableApplicationContext context, String name) {
        return breaker(context, name).config().openDuration().toSeconds();
    }

    private static int attempts(ConfigurableApplicationContext context) {
        return context.getBean(ResilienceRegistry.class)
                .find(Retry.TYPE, "kr")
                .orElseThrow()
                .config()
                .maxAttempts();
    }

    private static Object origin(ConfigurableApplicationContext context, String name) {
        var breaker = breaker(context, name);
        return context.getBean(InstanceFactory.class)
                .effectiveSettings()
                .origin(PatternDescriptors.of(breaker).orElseThrow(), breaker, "openDuration");
    }

    private static void rebind(ConfigurableApplicationContext context) {
        context.getBean(InstanceFactory.class).rebind(true, List.of());
    }

    private interface Code extends Consumer<ResilienceRegistry> {}

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ResilienceAutoConfiguration.class, ResilienceEndpointAutoConfiguration.class})
    static class Starter {}

    static class Uses {

        @CircuitBreaker(name = "used", failureThreshold = 4)
        public void call() {}
    }

    static class Named {

        Named(ResilienceRegistry resilienceRegistry) {
            resilienceRegistry.getOrCreate(breakers(), "cc", opens(6));
        }
    }
}
