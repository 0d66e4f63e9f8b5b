package io.netrun.resilience.benchmarks;

import io.micrometer.core.instrument.MeterRegistry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A call of a Spring bean's annotated method, in an application with both libraries and meters on. The limit is a proxy
 * with an interceptor that does nothing but go on.
 */
public class AnnotatedBean extends NanosPerCall {

    @Benchmark
    public Object bare(Bare subject) {
        return subject.bean.call();
    }

    @Benchmark
    public Object emptyInterceptor(EmptyInterceptor subject) {
        return subject.bean.call();
    }

    @Benchmark
    public Object netrunOne(NetrunOne subject) {
        return subject.bean.call();
    }

    @Benchmark
    public Object netrunThree(NetrunThree subject) {
        return subject.bean.call();
    }

    @Benchmark
    public Object netrunFive(NetrunFive subject) {
        return subject.bean.call();
    }

    @Benchmark
    public Object resilience4jOne(Resilience4jOne subject) {
        return subject.bean.call();
    }

    @Benchmark
    public Object resilience4jThree(Resilience4jThree subject) {
        return subject.bean.call();
    }

    @Benchmark
    public Object resilience4jFive(Resilience4jFive subject) {
        return subject.bean.call();
    }

    /** A running application and the bean of it that is measured. */
    @State(Scope.Benchmark)
    public abstract static class Application<B> {

        B bean;
        ConfigurableApplicationContext context;

        final void start(Class<B> type) {
            start(type, "proxy");
        }

        final void start(Class<B> type, String adviceMode) {
            context = new SpringApplicationBuilder(BeanApplication.class)
                    .web(WebApplicationType.NONE)
                    .logStartupInfo(false)
                    .properties(Map.of(
                            "spring.main.banner-mode", "off",
                            "resilience.advice-mode", adviceMode,
                            "logging.level.root", "warn",
                            "management.prometheus.metrics.export.enabled", "false",
                            "resilience4j.ratelimiter.instances.five.limit-for-period", "1000000",
                            "resilience4j.ratelimiter.instances.five.limit-refresh-period", "1ms"))
                    .run();
            bean = context.getBean(type);
        }

        final void requireMeter(String name, String instance) {
            boolean present = context.getBean(MeterRegistry.class)
                            .find(name)
                            .tag("name", instance)
                            .meters()
                            .size()
                    > 0;
            Checks.require(present, "there is a meter " + name + " of " + instance);
        }

        @TearDown
        public void stop() {
            context.close();
        }
    }

    public static class Bare extends Application<Beans.Bare> {

        @Setup
        public void setUp() {
            start(Beans.Bare.class);
            Checks.require(!AopUtils.isAopProxy(bean), "the bean has no proxy");
        }
    }

    public static class EmptyInterceptor extends Application<Beans.Intercepted> {

        @Setup
        public void setUp() {
            start(Beans.Intercepted.class);
            Checks.require(AopUtils.isAopProxy(bean), "the bean has a proxy");
            Checks.require(bean.call() == Beans.RESULT, "the call's result comes back");
        }
    }

    public static class NetrunOne extends Application<Beans.NetrunOne> {

        @Setup
        public void setUp() {
            start(Beans.NetrunOne.class);
            Checks.require(bean.call() == Beans.RESULT, "the call's result comes back");
            requireSuccess(context, "one");
            requireMeter("resilience.circuitbreaker.calls", "one");
        }
    }

    public static class NetrunThree extends Application<Beans.NetrunThree> {

        @Setup
        public void setUp() {
            start(Beans.NetrunThree.class);
            Checks.require(bean.call() == Beans.RESULT, "the call's result comes back");
            requireSuccess(context, "three");
            requireMeter("resilience.circuitbreaker.calls", "three");
        }
    }

    public static class Resilience4jOne extends Application<Beans.Resilience4jOne> {

        @Setup
        public void setUp() {
            start(Beans.Resilience4jOne.class);
            Checks.require(bean.call() == Beans.RESULT, "the call's result comes back");
            requireResilience4jSuccess(context, "one");
            requireMeter("resilience4j.circuitbreaker.calls", "one");
        }
    }

    public static class Resilience4jThree extends Application<Beans.Resilience4jThree> {

        @Setup
        public void setUp() {
            start(Beans.Resilience4jThree.class);
            Checks.require(bean.call() == Beans.RESULT, "the call's result comes back");
            requireResilience4jSuccess(context, "three");
            requireMeter("resilience4j.circuitbreaker.calls", "three");
        }
    }

    public static class NetrunFive extends Application<Beans.NetrunFive> {

        @Setup
        public void setUp() {
            start(Beans.NetrunFive.class);
            Checks.require(bean.call() == Beans.RESULT, "the call's result comes back");
            requireSuccess(context, "five");
            requireMeter("resilience.circuitbreaker.calls", "five");
        }
    }

    public static class Resilience4jFive extends Application<Beans.Resilience4jFive> {

        @Setup
        public void setUp() {
            start(Beans.Resilience4jFive.class);
            Checks.require(bean.call() == Beans.RESULT, "the call's result comes back");
            requireResilience4jSuccess(context, "five");
            requireMeter("resilience4j.circuitbreaker.calls", "five");
        }
    }

    static void requireSuccess(ConfigurableApplicationContext context, String name) {
        CircuitBreaker breaker = context.getBean(ResilienceRegistry.class)
                .find(CircuitBreaker.TYPE, name)
                .orElseThrow();
        Checks.require(breaker.metrics().totalSucceeded() == 1, "the breaker counted the call");
    }

    private static void requireResilience4jSuccess(ConfigurableApplicationContext context, String name) {
        var breaker = context.getBean(io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry.class)
                .circuitBreaker(name);
        Checks.require(breaker.getMetrics().getNumberOfSuccessfulCalls() == 1, "the breaker counted the call");
    }
}
