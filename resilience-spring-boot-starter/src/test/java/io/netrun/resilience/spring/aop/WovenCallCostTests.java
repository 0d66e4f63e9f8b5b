package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What a woven call allocates beside that of a proxy; timed in the benchmarks. Run as {@link WovenMethodTests}. */
class WovenCallCostTests {

    private static final int CALLS = 1_000;
    private static final int ROUNDS = 30;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final ApplicationContextRunner proxied = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class));
    private final ApplicationContextRunner woven = proxied.withPropertyValues("resilience.advice-mode=aspectj");

    @Test
    void wovenCallShouldAllocateNoMoreThanThatOfAProxy() {
        assertThat(ofWoven()).isLessThanOrEqualTo(ofProxy());
    }

    @Test
    void wovenCallOfOneOfTwoApplicationsShouldAllocateNoMore() {
        long alone = ofWoven();
        woven.withBean(Answer.class).run(first -> {
            Answer bean = first.getBean(Answer.class);
            woven.withBean(Answer.class)
                    .run(second -> assertThat(leastBytes(bean::answer)).isLessThanOrEqualTo(alone));
        });
    }

    /** Without an optimization by the compiler, which could leave out what is allocated in vain. */
    @Test
    void ownerOfABeanShouldBeFoundWithoutAllocation() {
        BeanFactory owner = new DefaultListableBeanFactory();
        Object bean = new Object();
        WovenBeans.add(bean, owner);
        assertThat(WovenBeans.ownerOf(bean)).isSameAs(owner);
        bytes(() -> WovenBeans.ownerOf(bean), 1); // loads and links
        assertThat(bytes(() -> WovenBeans.ownerOf(bean), 1)).isZero();
    }

    private long ofWoven() {
        AtomicLong bytes = new AtomicLong();
        woven.withBean(Answer.class).run(context -> {
            Answer bean = context.getBean(Answer.class);
            assertThat(AopUtils.isAopProxy(bean)).isFalse();
            bytes.set(leastBytes(bean::answer));
        });
        return bytes.get();
    }

    private long ofProxy() {
        AtomicLong bytes = new AtomicLong();
        proxied.withBean(PlainAnswer.class).run(context -> {
            PlainAnswer bean = context.getBean(PlainAnswer.class);
            assertThat(AopUtils.isAopProxy(bean)).isTrue();
            bytes.set(leastBytes(bean::answer));
        });
        return bytes.get();
    }

    private static long leastBytes(Supplier<?> call) {
        return LongStream.generate(() -> bytes(call, CALLS)).limit(ROUNDS).min().orElseThrow();
    }

    private static long bytes(Supplier<?> call, int calls) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < calls; i++) {
            call.get();
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    static class Answer {

        @Bulkhead(name = "answer")
        @Retry(name = "answer")
        @CircuitBreaker(name = "answer")
        public String answer() {
            return "ok";
        }
    }
}
