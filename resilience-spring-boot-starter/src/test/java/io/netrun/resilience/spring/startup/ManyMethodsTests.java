package io.netrun.resilience.spring.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.method.MethodPipelines;
import java.lang.invoke.MethodHandles;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.dynamic.loading.ClassLoadingStrategy;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** What the start of an application with many annotated methods costs. */
class ManyMethodsTests {

    private static final int CLASSES = 100;

    /** Far above what was measured, and far below what it once was: a second for every 300 methods. */
    private static final Duration BOUND = Duration.ofSeconds(1);

    /** The best of some, since other processes take time from the slow ones, and of the first thread alone. */
    @Test
    void startWithAThousandMethodsShouldTakeLittleTime() {
        List<Class<?>> classes = classes();
        Duration best = Duration.ofDays(1);
        for (int i = 0; i < 4; i++) {
            long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            try (AnnotationConfigApplicationContext context = start(classes)) {
                long spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
                assertThat(context.getBean(MethodPipelines.class).all()).hasSize(10 * CLASSES);
                assertThat(context.getBean(ResilienceRegistry.class).all()).hasSize(20 * CLASSES);
                best = spent < best.toNanos() ? Duration.ofNanos(spent) : best;
            }
        }
        assertThat(best).isLessThan(BOUND);
    }

    private static AnnotationConfigApplicationContext start(List<Class<?>> classes) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.register(ResilienceAutoConfiguration.class);
        context.register(classes.toArray(Class<?>[]::new));
        context.refresh();
        return context;
    }

    private static List<Class<?>> classes() {
        List<Class<?>> classes = new ArrayList<>();
        for (int i = 0; i < CLASSES; i++) {
            classes.add(new ByteBuddy()
                    .subclass(TenMethods.class)
                    .name(ManyMethodsTests.class.getPackageName() + ".Client" + i)
                    .make()
                    .load(
                            ManyMethodsTests.class.getClassLoader(),
                            ClassLoadingStrategy.UsingLookup.of(MethodHandles.lookup()))
                    .getLoaded());
        }
        return classes;
    }

    public static class TenMethods {

        @Retry
        @CircuitBreaker
        public void a() {}

        @Retry
        @CircuitBreaker
        public void b() {}

        @Retry
        @CircuitBreaker
        public void c() {}

        @Retry
        @CircuitBreaker
        public void d() {}

        @Retry
        @CircuitBreaker
        public void e() {}

        @Retry
        @CircuitBreaker
        public void f() {}

        @Retry
        @CircuitBreaker
        public void g() {}

        @Retry
        @CircuitBreaker
        public void h() {}

        @Retry
        @CircuitBreaker
        public void i() {}

        @Retry
        @CircuitBreaker
        public void j() {}
    }
}
