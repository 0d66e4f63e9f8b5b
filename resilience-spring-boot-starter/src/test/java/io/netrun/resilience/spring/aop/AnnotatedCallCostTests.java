package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.lang.management.ManagementFactory;
import java.util.stream.LongStream;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What a protected method's call allocates, beside the least that a proxy can do. */
class AnnotatedCallCostTests {

    private static final int CALLS = 1_000;
    private static final int ROUNDS = 20;

    /** Of a small object with a few references, as the JVM lays it out. */
    private static final long SMALL_OBJECT = 40;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withBean(Catalog.class);

    @Test
    void protectedCallShouldAllocateOneSmallObjectAtMost() {
        ProxyFactory empty = new ProxyFactory(new Catalog());
        empty.setProxyTargetClass(true);
        empty.addAdvice((MethodInterceptor) MethodInvocation::proceed);
        long least = leastBytes((Catalog) empty.getProxy());

        runner.run(context -> assertThat(leastBytes(context.getBean(Catalog.class)) - least)
                .isLessThanOrEqualTo(CALLS * SMALL_OBJECT));
    }

    /** Of the round that allocates least: others include what the JVM does once, as loading classes. */
    private static long leastBytes(Catalog catalog) {
        return LongStream.generate(() -> bytes(catalog)).limit(ROUNDS).min().orElseThrow();
    }

    private static long bytes(Catalog catalog) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
            catalog.product();
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    static class Catalog {

        @CircuitBreaker
        public String product() {
            return "tea";
        }
    }
}
