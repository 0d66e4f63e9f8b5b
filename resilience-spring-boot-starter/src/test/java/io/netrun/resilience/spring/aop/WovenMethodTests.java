package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.hedge.HedgeMetrics;
import io.netrun.resilience.retry.RetryMetrics;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.timeout.TimeoutExceededException;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Mono;

/** Run by an execution of its own, with AspectJ's load-time weaver at work. */
class WovenMethodTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class))
            .withPropertyValues("resilience.advice-mode=aspectj", "resilience.retry.defaults.base-delay=0s")
            .withBean(Station.class);

    @Test
    void wovenCallShouldUseTheInstanceOfItsKey() {
        runner.run(context -> {
            Station station = context.getBean(Station.class);
            assertThat(station.asks("a") + station.asks("b")).isEqualTo("ab");
            assertThat(context.getBean(ResilienceRegistry.class).all())
                    .extracting(Policy::name)
                    .contains("woven:a", "woven:b");
        });
    }

    @Test
    void callsThatNoProxySeesShouldBeProtected() {
        runner.run(context -> {
            Station station = context.getBean(Station.class);
            assertThat(AopUtils.isAopProxy(station)).isFalse();
            station.failTimes(1);
            assertThat(station.callsItself()).isEqualTo("ok");
            station.failTimes(1);
            assertThat(station.callsItsPrivateMethod()).isEqualTo("ok");
            station.failTimes(1);
            assertThat(station.lastWord()).isEqualTo("ok");
            station.failTimes(1);
            assertThat(station.packagePrivate()).isEqualTo("ok");
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            assertThat(retries(registry, "open")).isEqualTo(1);
            assertThat(retries(registry, "private")).isEqualTo(1);
            assertThat(retries(registry, "final")).isEqualTo(1);
            assertThat(retries(registry, "package")).isEqualTo(1);
        });
    }

    @Test
    void beanShouldBeProtectedByItsOwnContextWhileOthersRun() {
        runner.withPropertyValues("resilience.retry.instances.open.max-attempts=2")
                .run(first -> runner.withPropertyValues("resilience.retry.instances.open.max-attempts=5")
                        .run(second -> {
                            assertThat(attempts(first.getBean(Station.class))).isEqualTo(2);
                            assertThat(attempts(second.getBean(Station.class))).isEqualTo(5);
                            assertThat(attempts(first.getBean(Station.class))).isEqualTo(2);
                            assertThat(retries(first.getBean(ResilienceRegistry.class), "open"))
                                    .isEqualTo(2);
                            assertThat(retries(second.getBean(ResilienceRegistry.class), "open"))
                                    .isEqualTo(4);
                        }));
    }

    private static int attempts(Station station) {
        station.failTimes(100);
        assertThatThrownBy(station::open).hasMessageContaining("Retry 'open'");
        return station.attempts();
    }

    @Test
    void callFromOutsideShouldBeProtectedOnce() {
        runner.run(context -> {
            Station station = context.getBean(Station.class);
            station.failTimes(100);
            assertThatThrownBy(station::open).hasMessageContaining("Retry 'open'");
            assertThat(station.attempts()).isEqualTo(3);
        });
    }

    @Test
    void methodOfAnAnnotatedOrMetaAnnotatedClassShouldBeProtected() {
        runner.withBean(WholeClass.class).run(context -> {
            WholeClass bean = context.getBean(WholeClass.class);
            bean.failures.set(1);
            assertThat(bean.call()).isEqualTo("ok");
            Station station = context.getBean(Station.class);
            station.failTimes(1);
            assertThat(station.composed()).isEqualTo("ok");
            assertThat(retries(context.getBean(ResilienceRegistry.class), "composed"))
                    .isEqualTo(1);
        });
    }

    @Test
    void methodOfAGenericInterfaceShouldBeProtectedOnce() {
        runner.withBean(Greeting.class).run(context -> {
            Supplier<?> greeting = context.getBean(Greeting.class);
            assertThatThrownBy(greeting::get).hasMessageContaining("Retry 'bridge'");
            assertThat(context.getBean(Greeting.class).attempts.get()).isEqualTo(3);
        });
    }

    @Test
    void futureAndMonoShouldBeProtectedUntilTheirEnd() {
        runner.run(context -> {
            Station station = context.getBean(Station.class);
            station.failTimes(2);
            assertThat(station.later().join()).isEqualTo("ok");
            station.failTimes(2);
            assertThat(station.reactive().block()).isEqualTo("ok");
            assertThat(retries(context.getBean(ResilienceRegistry.class), "later"))
                    .isEqualTo(4);
        });
    }

    @Test
    void timeoutShouldMakeTheCallOnAWorkerAndGiveItUp() {
        runner.run(context -> {
            Station station = context.getBean(Station.class);
            assertThat(station.onWorker()).isNotSameAs(Thread.currentThread());
            assertThatThrownBy(station::hangs).isInstanceOf(TimeoutExceededException.class);
        });
    }

    @Test
    void hedgeShouldMakeTheCallTwiceAtOnce() {
        runner.run(context -> {
            Station station = context.getBean(Station.class);
            assertThat(station.slowAtFirst()).isEqualTo("second");
            HedgeMetrics metrics = context.getBean(ResilienceRegistry.class)
                    .find(io.netrun.resilience.hedge.Hedge.TYPE, "hedged")
                    .orElseThrow()
                    .metrics();
            assertThat(metrics.totalWon()).isEqualTo(1);
        });
    }

    @Test
    void privateMethodShouldBeAFallback() {
        runner.run(context -> assertThat(context.getBean(Station.class).callsWithFallback("x"))
                .isEqualTo("instead of x"));
    }

    @Test
    void callOfTheOverriddenMethodShouldBeAPartOfTheCall() {
        runner.withBean(Overriding.class).run(context -> {
            Overriding bean = context.getBean(Overriding.class);
            assertThat(bean.over()).isEqualTo("ok again");
            assertThat(bean.generic("x")).isEqualTo("x again");
            bean.failures.set(100);
            assertThatThrownBy(bean::retried).hasMessageContaining("Retry 'retried'");
            assertThat(bean.attempts).hasValue(3);
        });
    }

    @Test
    void inheritedAnnotationOfAClassShouldProtectOnce() {
        runner.withBean(Heir.class)
                .run(context -> assertThat(context.getBean(Heir.class).call()).isEqualTo("ok again"));
    }

    @Test
    void classBehindAProxyShouldBeProtectedOnce() {
        runner.withBean(Annotated.class)
                .withBean("proxies", BeanNameAutoProxyCreator.class, () -> {
                    BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
                    creator.setBeanNames("*Annotated");
                    creator.setInterceptorNames("advice");
                    creator.setProxyTargetClass(true);
                    return creator;
                })
                .withBean("advice", MethodInterceptor.class, () -> MethodInvocation::proceed)
                .run(context -> {
                    Annotated bean = context.getBean(Annotated.class);
                    assertThat(AopUtils.isCglibProxy(bean)).isTrue();
                    assertThat(bean.call()).isEqualTo("ok");
                });
    }

    @Test
    void overriddenMethodAloneShouldKeepItsProtection() {
        runner.withPropertyValues("resilience.validation=warn")
                .withBean(OverridingWithout.class)
                .run(context -> {
                    OverridingWithout bean = context.getBean(OverridingWithout.class);
                    bean.failures.set(1);
                    assertThat(bean.retried()).isEqualTo("ok again");
                });
    }

    @Test
    void callWhileBeansAreCreatedShouldBeProtected() {
        runner.withBean(Early.class).run(context -> {
            Early bean = context.getBean(Early.class);
            assertThat(bean.inConstructor).isEqualTo("ok");
            assertThat(bean.inInitialization).isEqualTo("ok");
            assertThat(bean.attempts).as("of the initialization itself").hasValue(2);
        });
    }

    @Test
    void callbackAtTheEndShouldStopTheStart() {
        runner.withBean(Ending.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining(
                                "Ending.leave is annotated with @Retry, but is called when the application"
                                        + " context closes"));
        runner.withBean(Disposable.class)
                .run(context ->
                        assertThat(context).getFailure().hasMessageContaining("Disposable.destroy is annotated"));
    }

    @ParameterizedTest
    @CsvSource({"resilience.advice-mode=proxy, 2", "resilience.enabled=false, 1"})
    void beanOfAnotherModeShouldBeLeftToItsOwnContext(String property, int attempts) {
        runner.withPropertyValues("resilience.retry.instances.open.max-attempts=5")
                .run(woven -> runner.withPropertyValues(
                                "resilience.retry.instances.open.max-attempts=2",
                                "resilience.validation=warn",
                                property)
                        .run(other -> {
                            Station station = other.getBean(Station.class);
                            station.failTimes(100);
                            assertThatThrownBy(station::open).isInstanceOf(RuntimeException.class);
                            assertThat(station.attempts()).isEqualTo(attempts);
                            assertThat(attempts(woven.getBean(Station.class))).isEqualTo(5);
                        }));
    }

    @Test
    void objectOutsideOfAnApplicationShouldRunUnprotected() {
        runner.run(context -> {});
        Station station = new Station();
        station.failTimes(1);
        assertThatThrownBy(station::open).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void applicationThatEndsShouldLeaveTheOtherItsProtection() {
        runner.run(first -> {
            runner.run(second -> {});
            Station station = first.getBean(Station.class);
            station.failTimes(1);
            assertThat(station.open()).isEqualTo("ok");
            assertThat(retries(first.getBean(ResilienceRegistry.class), "open")).isEqualTo(1);
        });
    }

    @Test
    void proxyModeShouldLeaveWovenClassesToTheProxy() {
        runner.withPropertyValues("resilience.advice-mode=proxy", "resilience.validation=warn")
                .run(context -> {
                    Station station = context.getBean(Station.class);
                    station.failTimes(100);
                    assertThatThrownBy(station::open).hasMessageContaining("Retry 'open'");
                    assertThat(station.attempts()).isEqualTo(3);
                });
    }

    @Test
    void methodThatIsNotWovenShouldStopTheStart() {
        runner.withBean(OnlyAtTheInterface.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining("OnlyAtTheInterface.ask is annotated with @Retry, but is not woven"));
    }

    @Test
    void overloadOfAWovenMethodShouldStopTheStart() {
        runner.withBean(Overloading.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Overloading.ask is annotated with @Retry, but is not woven"));
    }

    @Test
    void hiddenMethodShouldHaveTheNameOfItsSuperclass() {
        runner.withBean(Hiding.class).run(context -> {
            Hiding bean = context.getBean(Hiding.class);
            assertThatThrownBy(bean::callHidden).hasMessageContaining("Retry 'Hiding.Hidden.same'");
            assertThat(bean.attempts).hasValue(3);
            assertThatThrownBy(bean::callOwn).hasMessageContaining("Retry 'Hiding.same'");
            assertThat(bean.attempts).hasValue(3 + 2);
            String type = Hiding.class.getName();
            assertThat(context.getBean(MethodPipelines.class).all())
                    .extracting(MethodPipeline::title)
                    .contains(type + ".same()", type + ".Hidden.same()", type + ".Hidden.open()")
                    .doesNotContain(type + ".open()");
        });
    }

    @Test
    void staticMethodShouldStopTheStart() {
        runner.withBean(Static.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Static.ask is annotated with @Retry, but is static"));
    }

    private static long retries(ResilienceRegistry registry, String name) {
        PolicyType<io.netrun.resilience.retry.Retry, ?> type = io.netrun.resilience.retry.Retry.TYPE;
        RetryMetrics metrics = registry.find(type, name).orElseThrow().metrics();
        return metrics.totalRetries();
    }

    static class Overridden<T> {

        final AtomicInteger failures = new AtomicInteger();
        final AtomicInteger attempts = new AtomicInteger();

        @Bulkhead(name = "over", maxConcurrent = 1, maxQueue = 0)
        public String over() {
            return "ok";
        }

        @Bulkhead(name = "generic", maxConcurrent = 1, maxQueue = 0)
        public T generic(T value) {
            return value;
        }

        @Retry(name = "retried")
        public String retried() {
            attempts.incrementAndGet();
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("down");
            }
            return "ok";
        }
    }

    static class Overriding extends Overridden<String> {

        @Override
        @Bulkhead(name = "over", maxConcurrent = 1, maxQueue = 0)
        public String over() {
            return super.over() + " again";
        }

        @Override
        @Bulkhead(name = "generic", maxConcurrent = 1, maxQueue = 0)
        public String generic(String value) {
            return super.generic(value) + " again";
        }

        @Override
        @Retry(name = "retried")
        public String retried() {
            return super.retried() + " again";
        }
    }

    static class OverridingWithout extends Overridden<String> {

        @Override
        public String retried() {
            return super.retried() + " again";
        }
    }

    @Bulkhead(name = "heir", maxConcurrent = 1, maxQueue = 0)
    static class Annotated {

        public String call() {
            return "ok";
        }
    }

    static class Heir extends Annotated {

        @Override
        public String call() {
            return super.call() + " again";
        }
    }

    static class Early {

        private final Station station;
        final String inConstructor;
        final AtomicInteger attempts = new AtomicInteger();
        String inInitialization = "";

        Early(Station station) {
            station.failTimes(1);
            inConstructor = station.open();
            station.failTimes(1);
            this.station = station;
        }

        @PostConstruct
        @Retry(name = "initialization")
        public void initialize() {
            if (attempts.incrementAndGet() == 1) {
                throw new IllegalStateException("down");
            }
            inInitialization = station.open();
        }
    }

    static class Ending {

        @PreDestroy
        @Retry(name = "leave")
        public void leave() {}
    }

    static class Disposable implements DisposableBean {

        @Override
        @Retry(name = "destroy")
        public void destroy() {}
    }

    static class Station {

        private final AtomicInteger failures = new AtomicInteger();
        private final AtomicInteger attempts = new AtomicInteger();
        private final AtomicInteger slow = new AtomicInteger();

        void failTimes(int times) {
            failures.set(times);
            attempts.set(0);
        }

        int attempts() {
            return attempts.get();
        }

        private String attempt() {
            attempts.incrementAndGet();
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("down");
            }
            return "ok";
        }

        String asks(String tenant) {
            return ask(tenant);
        }

        @Bulkhead(name = "woven", key = "#p0")
        private String ask(String tenant) {
            return tenant;
        }

        String callsItself() {
            return open();
        }

        String callsItsPrivateMethod() {
            return hidden();
        }

        String callsWithFallback(String argument) {
            return fails(argument);
        }

        @Retry(name = "open")
        public String open() {
            return attempt();
        }

        @Retry(name = "private")
        private String hidden() {
            return attempt();
        }

        @Retry(name = "final")
        public final String lastWord() {
            return attempt();
        }

        @Retry(name = "package")
        String packagePrivate() {
            return attempt();
        }

        @Composed
        public String composed() {
            return attempt();
        }

        @Retry(name = "later")
        public CompletableFuture<String> later() {
            return CompletableFuture.completedFuture(attempt());
        }

        @Retry(name = "later")
        public Mono<String> reactive() {
            return Mono.fromCallable(this::attempt);
        }

        @Timeout(name = "worker")
        public Thread onWorker() {
            return Thread.currentThread();
        }

        @Timeout(name = "short", duration = "50ms")
        public String hangs() {
            try {
                new CountDownLatch(1).await();
                return "never";
            } catch (InterruptedException givenUp) {
                throw new IllegalStateException(givenUp);
            }
        }

        @Hedge(name = "hedged", delay = "20ms")
        public String slowAtFirst() throws InterruptedException {
            if (slow.getAndIncrement() == 0) {
                new CountDownLatch(1).await();
            }
            return "second";
        }

        @Fallback(name = "fallback", method = "instead")
        private String fails(String argument) {
            throw new IllegalStateException(argument);
        }

        private String instead(String argument) {
            return "instead of " + argument;
        }
    }

    @Retry(name = "class")
    static class WholeClass {

        private final AtomicInteger failures = new AtomicInteger();

        public String call() {
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("down");
            }
            return "ok";
        }
    }

    static class Greeting implements Supplier<String> {

        private final AtomicInteger attempts = new AtomicInteger();

        @Override
        @Retry(name = "bridge")
        public String get() {
            attempts.incrementAndGet();
            throw new IllegalStateException("down");
        }
    }

    interface Ask {

        @Retry
        String ask();
    }

    static class OnlyAtTheInterface implements Ask {

        @Override
        public String ask() {
            return "ok";
        }
    }

    static class Overloading implements Ask {

        @Override
        public String ask() {
            return "ok";
        }

        @Retry(name = "overloading")
        public String ask(String question) {
            return question;
        }
    }

    static class Hidden {

        final AtomicInteger attempts = new AtomicInteger();

        @Retry
        private void same() {
            attempts.incrementAndGet();
            throw new IllegalStateException("down");
        }

        @Retry
        private void open() {}

        void callHidden() {
            same();
            open();
        }
    }

    static class Hiding extends Hidden {

        @Retry(maxAttempts = 2)
        private void same() {
            attempts.incrementAndGet();
            throw new IllegalStateException("down");
        }

        public void open() {}

        void callOwn() {
            same();
        }
    }

    static class Static {

        @Retry
        static String ask() {
            return "ok";
        }
    }

    @Retry(name = "composed")
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @interface Composed {}
}
