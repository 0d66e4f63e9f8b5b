package io.netrun.resilience.spring.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceMetricsAutoConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;

/** A meter registry that outlives an application context, as a static one of a test suite does. */
@ExtendWith(OutputCaptureExtension.class)
class SharedMeterRegistryTests {

    private static final String WARNING = "already has meters of another application context";

    private final List<AnnotationConfigApplicationContext> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(AnnotationConfigApplicationContext::close);
    }

    static Stream<MeterRegistry> registries() {
        CompositeMeterRegistry global = new CompositeMeterRegistry();
        global.add(new SimpleMeterRegistry());
        return Stream.of(new SimpleMeterRegistry(), global, new CompositeMeterRegistry());
    }

    @ParameterizedTest
    @MethodSource("registries")
    void metersShouldGoWithTheContext(MeterRegistry meters) {
        AnnotationConfigApplicationContext context = context(meters);
        call(context, 1);
        context.getBean(ResilienceRegistry.class)
                .keyed(CircuitBreaker.TYPE, "hosts", CircuitBreakerConfig.defaults(), 5)
                .get("a");
        assertThat(ours(meters)).isNotEmpty();
        context.close();
        assertThat(ours(meters)).isEmpty();
    }

    @Test
    void laterContextShouldHaveMetersOfItsOwn(CapturedOutput output) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        AnnotationConfigApplicationContext first = context(meters);
        call(first, 6);
        first.close();
        call(context(meters), 2);
        assertThat(succeeded(meters)).isEqualTo(2);
        assertThat(output).doesNotContain(WARNING);
    }

    @Test
    void firstOfTwoContextsShouldKeepItsMeters(CapturedOutput output) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        AnnotationConfigApplicationContext first = context(meters);
        AnnotationConfigApplicationContext second = context(meters);
        call(first, 6);
        call(second, 2);
        second.getBean(ResilienceRegistry.class)
                .getOrCreate(CircuitBreaker.TYPE, "only-second")
                .call(() -> "ok");
        assertThat(succeeded(meters)).isEqualTo(6);
        assertThat(output.getOut().lines().filter(line -> line.contains(WARNING)))
                .hasSize(1);
        second.close();
        assertThat(succeeded(meters)).isEqualTo(6);
        assertThat(ours(meters))
                .extracting(meter -> meter.getId().getTag("name"))
                .containsOnly("payments");
        first.close();
        assertThat(ours(meters)).isEmpty();
    }

    /** Spring Boot closes meter registries when a context begins to close, and combines several to a composite. */
    @ParameterizedTest
    @MethodSource("registries")
    void metersShouldGoFromAClosedRegistry(MeterRegistry meters) {
        AnnotationConfigApplicationContext context = context(meters);
        call(context, 1);
        context.addApplicationListener((ApplicationListener<ContextClosedEvent>) event -> meters.close());
        context.close();
        assertThat(ours(meters)).isEmpty();
    }

    @Test
    void metersShouldGoFromARegistryBehindAClosedComposite(CapturedOutput output) {
        SimpleMeterRegistry shared = unclosable();
        for (int again = 1; again < 3; again++) {
            CompositeMeterRegistry composite = composite(shared);
            AnnotationConfigApplicationContext context = context(composite);
            call(context, again);
            assertThat(succeeded(shared)).isEqualTo(again);
            context.addApplicationListener((ApplicationListener<ContextClosedEvent>) event -> composite.close());
            context.close();
            assertThat(ours(shared)).isEmpty();
        }
        assertThat(output).doesNotContain(WARNING);
    }

    @Test
    void firstOfTwoCompositesShouldKeepItsMeters(CapturedOutput output) {
        SimpleMeterRegistry shared = new SimpleMeterRegistry();
        AnnotationConfigApplicationContext first = context(composite(shared));
        SimpleMeterRegistry ofSecond = new SimpleMeterRegistry();
        AnnotationConfigApplicationContext second = context(composite(shared, ofSecond));
        call(first, 6);
        call(second, 2);
        assertThat(succeeded(shared)).isEqualTo(6);
        assertThat(succeeded(ofSecond)).isEqualTo(2);
        assertThat(output.getOut().lines().filter(line -> line.contains(WARNING)))
                .hasSize(1);
        second.close();
        assertThat(succeeded(shared)).isEqualTo(6);
        assertThat(ours(ofSecond)).isEmpty();
        first.close();
        assertThat(ours(shared)).isEmpty();
    }

    private static SimpleMeterRegistry unclosable() {
        return new SimpleMeterRegistry() {
            @Override
            public void close() {
                // A composite closes its members.
            }
        };
    }

    private static CompositeMeterRegistry composite(MeterRegistry... members) {
        CompositeMeterRegistry composite = new CompositeMeterRegistry();
        List.of(members).forEach(composite::add);
        return composite;
    }

    private AnnotationConfigApplicationContext context(MeterRegistry meters) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        open.add(context);
        context.getBeanFactory().registerSingleton("meters", meters);
        context.register(Application.class);
        context.refresh();
        context.getBean(ResilienceMeters.class).bindTo(meters);
        return context;
    }

    private static void call(AnnotationConfigApplicationContext context, int times) {
        CircuitBreaker payments =
                context.getBean(ResilienceRegistry.class).getOrCreate(CircuitBreaker.TYPE, "payments");
        for (int call = 0; call < times; call++) {
            payments.call(() -> "ok");
        }
    }

    private static double succeeded(MeterRegistry meters) {
        return meters.get("resilience.circuitbreaker.calls")
                .tags("name", "payments", "outcome", "succeeded")
                .functionCounter()
                .count();
    }

    private static List<Meter> ours(MeterRegistry meters) {
        return meters.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("resilience."))
                .toList();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ResilienceAutoConfiguration.class, ResilienceMetricsAutoConfiguration.class})
    static class Application {}
}
