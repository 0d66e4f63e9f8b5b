package io.netrun.resilience.benchmarks;

import java.time.Duration;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.core.retry.Retryable;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.core.task.TaskCallback;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;

/**
 * What Spring Framework 7 brings itself: retry, concurrency limit, and a bean's method with both. It has no circuit
 * breaker, so the bean has two patterns where others have three.
 */
public class SpringFramework7 extends NanosPerCall {

    private static final int ATTEMPTS = 3;
    private static final int PLACES = 25;

    @Benchmark
    public Object retryFirst(RetryFirst subject) {
        return subject.template.invoke(subject.body);
    }

    @Benchmark
    public Object retryThird(RetryThird subject) throws Exception {
        return subject.template.execute(subject.body);
    }

    @Benchmark
    public Object concurrencyLimit(Limit subject) throws Exception {
        return subject.executor.execute(subject.body);
    }

    @Benchmark
    public Object bean(Application subject) {
        return subject.bean.call();
    }

    private static RetryTemplate retry() {
        return new RetryTemplate(RetryPolicy.builder()
                .maxRetries(ATTEMPTS - 1)
                .delay(Duration.ZERO)
                .build());
    }

    @State(Scope.Benchmark)
    public static class RetryFirst {

        RetryTemplate template;
        java.util.function.Supplier<Object> body;

        @Setup
        public void setUp(Work work) {
            template = retry();
            body = work::call;
            Checks.require(template.invoke(body) == work.call(), "the call's result comes back");
        }
    }

    @State(Scope.Thread)
    public static class RetryThird {

        RetryTemplate template;
        Retryable<Object> body;

        @Setup
        public void setUp(FailingWork work) throws Exception {
            template = retry();
            body = work::call;
            Checks.require(template.execute(body) != null && work.failed() == 0, "the third attempt succeeds");
        }
    }

    @State(Scope.Benchmark)
    public static class Limit {

        SyncTaskExecutor executor;
        TaskCallback<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) {
            executor = new SyncTaskExecutor();
            executor.setConcurrencyLimit(PLACES);
            body = work::call;
            Checks.require(executor.execute(body) == work.call(), "the call's result comes back");
        }
    }

    @State(Scope.Benchmark)
    public static class Application {

        Bean bean;
        private AnnotationConfigApplicationContext context;

        @Setup
        public void setUp() {
            context = new AnnotationConfigApplicationContext(Configured.class, Bean.class);
            bean = context.getBean(Bean.class);
            Checks.require(bean.getClass() != Bean.class, "the bean has a proxy");
            Checks.require(bean.call() == Bean.RESULT, "the call's result comes back");
        }

        @TearDown
        public void stop() {
            context.close();
        }
    }

    @EnableResilientMethods(proxyTargetClass = true)
    static class Configured {}

    /** Its method is called through a proxy. */
    public static class Bean {

        static final Object RESULT = new Object();

        @org.springframework.resilience.annotation.Retryable(maxRetries = ATTEMPTS - 1)
        @ConcurrencyLimit(PLACES)
        public Object call() {
            return RESULT;
        }
    }
}
