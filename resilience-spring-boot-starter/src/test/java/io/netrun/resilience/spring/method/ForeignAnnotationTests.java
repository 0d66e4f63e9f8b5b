package io.netrun.resilience.spring.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.resilience4j.bulkhead.annotation.Bulkhead;
import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
import io.github.resilience4j.ratelimiter.annotation.RateLimiter;
import io.github.resilience4j.retry.annotation.Retry;
import io.github.resilience4j.timelimiter.annotation.TimeLimiter;
import io.micrometer.observation.annotation.Observed;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.ratelimiter.RateLimitExceededException;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.springframework.aop.support.AopUtils;
import org.springframework.asm.ClassWriter;
import org.springframework.asm.Opcodes;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Mono;

/** The annotations of resilience4j on methods that this library protects. */
@ExtendWith(OutputCaptureExtension.class)
class ForeignAnnotationTests {

    private static final AtomicInteger CALLS = new AtomicInteger();

    private final ApplicationContextRunner plain =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    private final ApplicationContextRunner runner = plain.withPropertyValues(
            "resilience.compatibility=resilience4j", "resilience4j.retry.configs.default.wait-duration=1ms");

    @BeforeEach
    void reset() {
        CALLS.set(0);
    }

    @Test
    void patternsShouldBeInTheOrderOfTheAspects() {
        runner.withBean(Chained.class)
                .run(context -> assertThat(chain(context, "all"))
                        .containsExactly("retry", "circuit-breaker", "rate-limiter", "timeout", "bulkhead"));
    }

    @Test
    void callShouldBeRetried() {
        runner.withBean(Client.class).run(context -> {
            assertThatThrownBy(() -> context.getBean(Client.class).retried()).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(3);
        });
    }

    @Test
    void annotationShouldHaveNoEffectWithoutTheSetting() {
        plain.withBean(Client.class).run(context -> {
            assertThat(AopUtils.isAopProxy(context.getBean(Client.class))).isFalse();
            assertThatThrownBy(() -> context.getBean(Client.class).retried()).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(1);
        });
    }

    @Test
    void fallbackShouldBeTheNearestOfTheFailure() {
        runner.withBean(Client.class).run(context -> {
            Client client = context.getBean(Client.class);
            assertThat(client.recovered("state")).isEqualTo("state: IllegalStateException");
            assertThat(client.recovered("number")).isEqualTo("number: RuntimeException of NumberFormatException");
        });
    }

    @Test
    void fallbackThatTakesTheFailureAloneShouldBeFound() {
        runner.withBean(Client.class)
                .run(context ->
                        assertThat(context.getBean(Client.class).alone("x", 1)).isEqualTo("alone"));
    }

    @Test
    void failureThatNoFallbackTakesShouldBeThrown() {
        runner.withBean(Client.class)
                .run(context -> assertThatThrownBy(
                                () -> context.getBean(Client.class).narrow())
                        .isInstanceOf(IllegalStateException.class));
    }

    @Test
    void innerFallbackShouldHideTheFailureFromTheOuterRetry() {
        runner.withBean(Client.class).run(context -> {
            assertThat(context.getBean(Client.class).hidden()).isEqualTo("inner");
            assertThat(CALLS).hasValue(1);
        });
    }

    @Test
    void eachPatternShouldHaveItsOwnFallback() {
        runner.withBean(Client.class).run(context -> {
            assertThat(context.getBean(Client.class).both()).isEqualTo("outer");
            assertThat(CALLS).hasValue(3);
        });
    }

    @Test
    void fallbackOfAFutureShouldReplaceItsFailure() {
        runner.withBean(Client.class)
                .run(context ->
                        assertThat(context.getBean(Client.class).later().join()).isEqualTo("later"));
    }

    @Test
    void plainFutureThatFailsShouldBeAResult() {
        runner.withBean(Futures.class).run(context -> {
            assertThat(context.getBean(Futures.class).plain().isDone()).isTrue();
            assertThat(CALLS).hasValue(1);
        });
    }

    @Test
    void plainFutureThatFailsShouldNotOpenACircuit() {
        runner.withPropertyValues("resilience4j.circuitbreaker.instances.plain.minimum-number-of-calls=1")
                .withBean(Futures.class)
                .run(context -> {
                    Futures futures = context.getBean(Futures.class);
                    futures.counted();
                    futures.counted();
                    assertThat(CALLS).hasValue(2);
                });
    }

    @Test
    void methodWithAPlainFutureThatThrowsShouldBeRetried() {
        runner.withBean(Futures.class).run(context -> {
            assertThat(context.getBean(Futures.class).throwing().get()).isEqualTo("fallback");
            assertThat(CALLS).hasValue(3);
        });
    }

    @ParameterizedTest
    @ValueSource(classes = {RetriedStage.class, LimitedStage.class})
    void stageWhoseMethodMayThrowShouldBeAWarning(Class<?> type, CapturedOutput output) {
        runner.withBean(type).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output)
                    .contains(type.getName() + ".call: ", "lets pass what the method throws itself")
                    .containsOnlyOnce("lets pass");
        });
    }

    @ParameterizedTest
    @ValueSource(classes = {MonoClient.class, PublisherClient.class})
    void publisherThatNoAspectKnowsShouldBeAWarning(Class<?> type, CapturedOutput output) {
        runner.withBean(type).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output)
                    .contains(
                            type.getName() + ".call: ",
                            "as a result that had come",
                            "set resilience.retry.instances.published.enabled to false")
                    .containsOnlyOnce("as a result that had come");
        });
    }

    @Test
    void monoWithTheModuleForItShouldBeNoWarning(CapturedOutput output) {
        runner.withClassLoader(new WithReactorModule())
                .withBean(MonoClient.class)
                .run(context -> assertThat(output).doesNotContain("as a result that had come"));
    }

    @Test
    void publisherOfOwnAnnotationsShouldBeNoWarning(CapturedOutput output) {
        runner.withBean(OwnMonoClient.class)
                .run(context -> assertThat(output).doesNotContain("as a result that had come"));
    }

    @ParameterizedTest
    @ValueSource(classes = {GuardedStage.class, PooledStage.class, LimitOnly.class})
    void stageWhoseFailuresAreCaughtInsideShouldBeNoWarning(Class<?> type, CapturedOutput output) {
        runner.withBean(type).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output).doesNotContain("lets pass");
        });
    }

    @Test
    void annotationOfAClassShouldCoverItsMethods() {
        runner.withBean(Covered.class).run(context -> {
            assertThatThrownBy(() -> context.getBean(Covered.class).call()).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(3);
        });
    }

    @Test
    void annotationOfAClassShouldCoverWhatIsNotPublic() {
        runner.withBean(Covered.class).run(context -> {
            Covered covered = context.getBean(Covered.class);
            assertThatThrownBy(covered::guarded).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(covered::inside).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(6);
        });
    }

    @Test
    void annotationOfAClassShouldNotCoverOtherClasses() {
        runner.withBean(Heir.class).withBean(Parent.class).run(context -> {
            Heir heir = context.getBean(Heir.class);
            assertThatThrownBy(heir::inherited).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(1);
            assertThatThrownBy(heir::call).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(4);
        });
        CALLS.set(0);
        runner.withBean(Derived.class).run(context -> {
            Derived derived = context.getBean(Derived.class);
            assertThatThrownBy(derived::own).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(1);
            assertThatThrownBy(derived::call).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(4);
        });
    }

    @Test
    void fallbackOfAClassShouldNotBeCheckedWhereItIsInner() {
        runner.withBean(WithInner.class).run(context -> {
            assertThat(context.getBean(WithInner.class).call()).isEqualTo("inner");
            assertThatThrownBy(() -> context.getBean(WithInner.class).count(1))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(6);
        });
    }

    @Test
    void ownAnnotationShouldReplaceTheFallbackOfItsClass() {
        runner.withBean(WithFallback.class).run(context -> {
            WithFallback bean = context.getBean(WithFallback.class);
            assertThat(bean.plain()).isEqualTo("back");
            CALLS.set(0);
            assertThatThrownBy(bean::own).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(3);
        });
    }

    @Test
    void annotationOfAnotherPatternShouldKeepTheFallback() {
        runner.withBean(WithFallback.class)
                .run(context ->
                        assertThat(context.getBean(WithFallback.class).other()).isEqualTo("back"));
    }

    @Test
    void ownAnnotationBeneathShouldReplaceTheFallback() {
        runner.withBean(BeneathFallback.class).run(context -> {
            BeneathFallback bean = context.getBean(BeneathFallback.class);
            assertThatThrownBy(bean::plain).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(3);
        });
    }

    @Test
    void annotationOfAnInterfaceShouldNotCountForClasses() {
        runner.withBean(Implementation.class).run(context -> {
            Implementation bean = context.getBean(Implementation.class);
            assertThatThrownBy(bean::call).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(bean::ofType).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(bean::standardOfType).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(3);
            assertThatThrownBy(bean::standard).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(6);
        });
    }

    @Test
    void annotationOfAnInterfaceShouldNotCountForALambda() {
        Api client = (Api) Proxy.newProxyInstance(
                Api.class.getClassLoader(), new Class<?>[] {Api.class}, (proxy, method, arguments) -> fail());
        runner.withBean("client", Api.class, () -> client)
                .withBean("lambda", Api.class, () -> ForeignAnnotationTests::fail)
                .withBean("typed", Typed.class, () -> ForeignAnnotationTests::fail)
                .run(context -> {
                    Api lambda = context.getBean("lambda", Api.class);
                    Api proxied = context.getBean("client", Api.class);
                    assertThatThrownBy(lambda::call).isInstanceOf(IllegalStateException.class);
                    assertThat(CALLS).hasValue(1);
                    assertThatThrownBy(proxied::call).isInstanceOf(IllegalStateException.class);
                    assertThat(CALLS).hasValue(4);
                    assertThatThrownBy(lambda::call).isInstanceOf(IllegalStateException.class);
                    assertThat(CALLS).hasValue(5);
                    Typed typed = context.getBean(Typed.class);
                    assertThatThrownBy(typed::ofType).isInstanceOf(IllegalStateException.class);
                    assertThatThrownBy(typed::standardOfType).isInstanceOf(IllegalStateException.class);
                    assertThat(CALLS).hasValue(7);
                });
    }

    @Test
    void annotationOfADefaultMethodShouldCountForALambda() {
        runner.withBean(Standard.class, () -> ForeignAnnotationTests::fail).run(context -> {
            Standard lambda = context.getBean(Standard.class);
            assertThatThrownBy(lambda::standard).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(3);
            assertThatThrownBy(lambda::plain).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(4);
        });
    }

    @Test
    void annotationOfThisLibraryShouldCountForALambda() {
        runner.withBean(Mixed.class, () -> ForeignAnnotationTests::fail).run(context -> {
            assertThatThrownBy(() -> context.getBean(Mixed.class).call()).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(2);
            assertThat(chain(context, "call")).containsExactly("retry");
        });
    }

    @Test
    void annotationOfAnOverriddenMethodShouldNotCount() {
        runner.withBean(Overriding.class).run(context -> {
            assertThatThrownBy(() -> context.getBean(Overriding.class).retried())
                    .isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(1);
        });
    }

    @Test
    void annotationOfAnInterfaceShouldCountForAClient() {
        Api client = (Api) Proxy.newProxyInstance(
                Api.class.getClassLoader(), new Class<?>[] {Api.class}, (proxy, method, arguments) -> fail());
        runner.withBean(Api.class, () -> client).run(context -> {
            assertThatThrownBy(() -> context.getBean(Api.class).call()).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(3);
        });
    }

    @Test
    void annotationOfAnAnnotationShouldNotCount() {
        runner.withBean(Composed.class).run(context -> {
            assertThatThrownBy(() -> context.getBean(Composed.class).call()).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(1);
        });
    }

    @Test
    void errorShouldNotBeRetried() {
        runner.withBean(Erroneous.class)
                .withPropertyValues("resilience4j.retry.instances.error.retry-exceptions=java.lang.Throwable")
                .run(context -> {
                    assertThatThrownBy(() -> context.getBean(Erroneous.class).retried())
                            .isInstanceOf(StackOverflowError.class);
                    assertThat(CALLS).hasValue(1);
                });
    }

    @Test
    void errorShouldNotOpenACircuit() {
        runner.withBean(Erroneous.class)
                .withPropertyValues(
                        "resilience4j.circuitbreaker.instances.error.sliding-window-size=2",
                        "resilience4j.circuitbreaker.instances.listed.sliding-window-size=2",
                        "resilience4j.circuitbreaker.instances.listed.record-exceptions=java.lang.Throwable")
                .run(context -> {
                    Erroneous bean = context.getBean(Erroneous.class);
                    for (int i = 0; i < 4; i++) {
                        assertThatThrownBy(bean::counted).isInstanceOf(StackOverflowError.class);
                        assertThatThrownBy(bean::listed).isInstanceOf(StackOverflowError.class);
                    }
                    assertThat(CALLS).hasValue(8);
                });
    }

    @Test
    void poolShouldRunTheBodyOnAnotherThread() {
        runner.withBean(Pooled.class).run(context -> {
            Pooled pooled = context.getBean(Pooled.class);
            assertThat(pooled.name().join()).isNotEqualTo(Thread.currentThread().getName());
            assertThatThrownBy(() -> pooled.failing().join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(IllegalStateException.class);
        });
    }

    @Test
    void cancelledCallOfAPoolShouldCancelItsBody() {
        runner.withBean(Pooled.class).run(context -> {
            Pooled pooled = context.getBean(Pooled.class);
            CompletableFuture<String> call = pooled.endless();
            Pooled.BEGUN.join();
            call.cancel(true);
            // By the thread of the body, if that has not returned its future yet.
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(Pooled.ENDLESS).isCancelled());
        });
    }

    @Test
    void poolWithoutAFutureShouldStopTheStart() {
        runner.withBean(SyncPool.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("has type THREADPOOL, but the method returns String")
                        .hasMessageContaining("Return a CompletableFuture"));
    }

    @Test
    void poolOfAClassShouldRunTheBodyOnAnotherThread() {
        runner.withBean(PooledClass.class)
                .withPropertyValues("resilience4j.thread-pool-bulkhead.instances.ofClass.max-thread-pool-size=3")
                .run(context -> {
                    PooledClass pooled = context.getBean(PooledClass.class);
                    assertThat(pooled.name().join())
                            .isNotEqualTo(Thread.currentThread().getName());
                    assertThat(context.getBean(ResilienceRegistry.class)
                                    .find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "ofClass-pool")
                                    .orElseThrow()
                                    .config()
                                    .maxConcurrent())
                            .isEqualTo(3);
                });
    }

    @Test
    void poolWithoutASectionShouldHaveTheDefaultConfigurationOfPools() {
        assertThat(pool(
                        "resilience4j.thread-pool-bulkhead.configs.default.max-thread-pool-size=2",
                        "resilience4j.thread-pool-bulkhead.configs.default.queue-capacity=3"))
                .isEqualTo("2+3");
    }

    @Test
    void poolWithoutAQueueInItsDefaultConfigurationShouldHaveAHundred() {
        assertThat(pool("resilience4j.thread-pool-bulkhead.configs.default.max-thread-pool-size=2"))
                .isEqualTo("2+100");
    }

    @Test
    void poolWithASectionShouldHaveItsSettingsAndTheDefaultConfiguration() {
        assertThat(pool(
                        "resilience4j.thread-pool-bulkhead.configs.default.max-thread-pool-size=2",
                        "resilience4j.thread-pool-bulkhead.instances.ofClass.queue-capacity=4"))
                .isEqualTo("2+4");
    }

    private String pool(String... settings) {
        String[] limits = new String[1];
        runner.withBean(PooledClass.class).withPropertyValues(settings).run(context -> {
            var config = context.getBean(ResilienceRegistry.class)
                    .find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "ofClass-pool")
                    .orElseThrow()
                    .config();
            limits[0] = config.maxConcurrent() + "+" + config.maxQueue();
        });
        return limits[0];
    }

    @Test
    void poolOfAClassWithAMethodWithoutAFutureShouldStopTheStart() {
        runner.withBean(PartlyPooledClass.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("has type THREADPOOL, but the method returns String")
                        .hasMessageContaining("Put the annotation on the methods that return a CompletableFuture"));
    }

    @Test
    void missingFallbackShouldStopTheStart() {
        runner.withBean(Missing.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("@Retry of resilience4j finds no method named 'fallbak'")
                        .hasMessageContaining("Did you mean 'fallback'?"));
    }

    @Test
    void fallbackWithoutAFailureShouldStopTheStart() {
        runner.withBean(Unfit.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("@Retry of resilience4j finds no matching method 'fallback'")
                        .hasMessageContaining("and then the failure"));
    }

    @Test
    void fallbackWithOtherTypeArgumentsShouldReplaceTheFailure(CapturedOutput output) {
        runner.withBean(Erased.class)
                .run(context -> assertThat(
                                (Object) context.getBean(Erased.class).names())
                        .isEqualTo(List.of(1)));
        assertThat(output)
                .contains("Erased.names: @Retry of resilience4j method 'numbers' returns List<Integer>, and callers"
                        + " expect List<String>");
    }

    @Test
    void fallbackWithOtherRawTypeShouldStopTheStart() {
        runner.withBean(OtherRaw.class)
                .run(context -> assertThat(context).getFailure().hasMessageContaining("finds no matching method"));
    }

    @Test
    void fallbackWithWiderParametersShouldStopTheStart() {
        runner.withBean(Wider.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("@Retry of resilience4j finds no matching method 'fallback'"));
    }

    @Test
    void fallbackWithABoxedResultShouldStopTheStart() {
        runner.withBean(Boxed.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("@Retry of resilience4j finds no matching method 'fallback'"));
    }

    @Test
    void onlyFailureShouldNotBeTakenForTheArgument() {
        runner.withBean(Reporter.class).run(context -> {
            Exception argument = new IOException("argument");
            assertThat(context.getBean(Reporter.class).report(argument)).isEqualTo("failure");
        });
    }

    @ParameterizedTest
    @ValueSource(classes = {ProtectedFallback.class, CachedFallback.class})
    void fallbackWithAdviceOfItsOwnShouldStopTheStart(Class<?> type) {
        runner.withBean(type)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining(
                                ".fallback, the fallback method of " + type.getSimpleName() + ".call, has @")
                        .hasMessageContaining("Make the method private"));
    }

    @ParameterizedTest
    @ValueSource(classes = {CoveredFallback.class, OfATransaction.class})
    void fallbackWithAdviceOfItsClassShouldBeAWarning(Class<?> type, CapturedOutput output) {
        runner.withBean(type)
                .run(context -> assertThat(output)
                        .containsOnlyOnce(".fallback, the fallback method of " + type.getSimpleName() + ".call, has @")
                        .contains("of its class"));
    }

    @ParameterizedTest
    @ValueSource(classes = {PrivateFallback.class, OfAMeasuredClass.class})
    void fallbackWithoutAdviceShouldBeCalled(Class<?> type) {
        runner.withBean(type).run(context -> {
            Callable<?> bean = (Callable<?>) context.getBean(type);
            assertThat(bean.call()).isEqualTo("fallback");
        });
    }

    @Test
    void fallbackForAnExceptionThatIsNotThrownShouldStopTheStart() {
        runner.withBean(Unthrown.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("takes java.util.concurrent.TimeoutException")
                        .hasMessageContaining("Take io.netrun.resilience.timeout.TimeoutExceededException"));
    }

    @Test
    void attributeWithoutACounterpartShouldStopTheStart() {
        runner.withBean(Configured.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("has configuration = slow, which has no counterpart")
                        .hasMessageContaining("Name the settings under instances"));
    }

    @Test
    void permitsThatTheAspectDoesNotReadShouldNotCount() {
        runner.withBean(Permits.class)
                .withPropertyValues(
                        "resilience4j.ratelimiter.instances.permits.limit-for-period=4",
                        "resilience4j.ratelimiter.instances.permits.limit-refresh-period=1h",
                        "resilience4j.ratelimiter.instances.permits.timeout-duration=0")
                .run(context -> {
                    Permits permits = context.getBean(Permits.class);
                    for (int call = 1; call <= 4; call++) {
                        permits.call();
                    }
                    assertThatThrownBy(permits::call).isInstanceOf(RateLimitExceededException.class);
                });
    }

    @Test
    void expressionAsANameShouldStopTheStart() {
        runner.withBean(Expression.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("has the name '#root.args[0]', which is no name of an instance"));
    }

    @Test
    void annotationOfThisLibraryShouldCountAlone() {
        runner.withBean(Both.class).run(context -> {
            assertThatThrownBy(() -> context.getBean(Both.class).call()).isInstanceOf(IllegalStateException.class);
            assertThat(CALLS).hasValue(2);
        });
    }

    private static List<String> chain(AssertableApplicationContext context, String method) {
        return context.getBean(MethodPipelines.class).all().stream()
                .filter(pipeline -> pipeline.title().contains("." + method + "("))
                .flatMap(pipeline -> pipeline.pipeline().policies().stream())
                .map(policy -> policy.type().key())
                .toList();
    }

    private static String fail() {
        CALLS.incrementAndGet();
        throw new IllegalStateException();
    }

    static class Chained {

        @Bulkhead(name = "all")
        @TimeLimiter(name = "all")
        @RateLimiter(name = "all")
        @CircuitBreaker(name = "all")
        @Retry(name = "all")
        public CompletableFuture<String> all() {
            return CompletableFuture.completedFuture("");
        }
    }

    static class Client {

        @Retry(name = "client")
        public String retried() {
            return fail();
        }

        @CircuitBreaker(name = "client", fallbackMethod = "fallback")
        public String recovered(String what) {
            if (what.equals("state")) {
                throw new IllegalStateException();
            }
            throw new NumberFormatException();
        }

        private String fallback(String what, IllegalStateException failure) {
            return what + ": IllegalStateException";
        }

        private String fallback(String what, RuntimeException failure) {
            return what + ": RuntimeException of " + failure.getClass().getSimpleName();
        }

        @CircuitBreaker(name = "client", fallbackMethod = "onAnything")
        public String alone(String text, int number) {
            return fail();
        }

        private String onAnything(Throwable failure) {
            return "alone";
        }

        @CircuitBreaker(name = "client", fallbackMethod = "onInput")
        public String narrow() {
            return fail();
        }

        private String onInput(UncheckedIOException failure) {
            return "input";
        }

        @Retry(name = "client")
        @CircuitBreaker(name = "client", fallbackMethod = "inner")
        public String hidden() {
            return fail();
        }

        private String inner(Exception failure) {
            return "inner";
        }

        @Retry(name = "client", fallbackMethod = "outer")
        @CircuitBreaker(name = "client", fallbackMethod = "rethrowing")
        public String both() {
            return fail();
        }

        private String outer(UncheckedIOException failure) {
            return "outer";
        }

        private String rethrowing(IllegalStateException failure) {
            throw new UncheckedIOException(new IOException());
        }

        @CircuitBreaker(name = "client", fallbackMethod = "afterwards")
        public CompletableFuture<String> later() {
            return CompletableFuture.failedFuture(new IOException());
        }

        private CompletableFuture<String> afterwards(IOException failure) {
            return CompletableFuture.completedFuture("later");
        }
    }

    @Retry(name = "covered")
    static class Covered {

        public String call() {
            return fail();
        }

        protected String guarded() {
            return fail();
        }

        String inside() {
            return fail();
        }
    }

    static class Parent {

        public String inherited() {
            return fail();
        }
    }

    @Retry(name = "heir")
    static class Heir extends Parent {

        public String call() {
            return fail();
        }
    }

    static class Derived extends Covered {

        public String own() {
            return fail();
        }
    }

    @Retry(name = "client", fallbackMethod = "back")
    static class WithFallback {

        public String plain() {
            return fail();
        }

        @Retry(name = "client")
        public String own() {
            return fail();
        }

        @CircuitBreaker(name = "client")
        public String other() {
            return fail();
        }

        private String back(IllegalStateException failure) {
            return "back";
        }
    }

    static class BeneathFallback extends WithFallback {

        @Override
        @Retry(name = "client")
        public String plain() {
            return fail();
        }
    }

    @Retry(name = "inner", fallbackMethod = "inner")
    static class WithInner {

        public String call() {
            return fail();
        }

        int count(int number) {
            fail();
            return number;
        }

        String inner(IllegalStateException failure) {
            return "inner";
        }
    }

    interface Api {

        @Retry(name = "api")
        String call();
    }

    @Retry(name = "type")
    interface Typed {

        String ofType();

        default String standardOfType() {
            return fail();
        }
    }

    interface Standard {

        @Retry(name = "standard")
        default String standard() {
            return fail();
        }

        String plain();
    }

    interface Mixed {

        @CircuitBreaker(name = "mixed")
        @io.netrun.resilience.annotation.Retry(name = "own", maxAttempts = 2)
        String call();
    }

    static class Implementation implements Api, Typed, Standard {

        @Override
        public String call() {
            return fail();
        }

        @Override
        public String ofType() {
            return fail();
        }

        @Override
        public String plain() {
            return fail();
        }
    }

    static class Overriding extends Client {

        @Override
        public String retried() {
            return fail();
        }
    }

    @Retry(name = "composed")
    @Retention(RetentionPolicy.RUNTIME)
    @interface Guarded {}

    static class Composed {

        @Guarded
        public String call() {
            return fail();
        }
    }

    static class Erroneous {

        @Retry(name = "error")
        public String retried() {
            return overflow();
        }

        @CircuitBreaker(name = "error")
        public String counted() {
            return overflow();
        }

        @CircuitBreaker(name = "listed")
        public String listed() {
            return overflow();
        }

        private static String overflow() {
            CALLS.incrementAndGet();
            throw new StackOverflowError();
        }
    }

    static class Pooled {

        static final CompletableFuture<String> ENDLESS = new CompletableFuture<>();
        static final CompletableFuture<String> BEGUN = new CompletableFuture<>();

        @Bulkhead(name = "pooled", type = Bulkhead.Type.THREADPOOL)
        public CompletableFuture<String> name() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }

        @Bulkhead(name = "pooled", type = Bulkhead.Type.THREADPOOL)
        public CompletableFuture<String> failing() {
            throw new IllegalStateException();
        }

        @Bulkhead(name = "pooled", type = Bulkhead.Type.THREADPOOL)
        public CompletableFuture<String> endless() {
            BEGUN.complete("");
            return ENDLESS;
        }
    }

    @Bulkhead(name = "ofClass", type = Bulkhead.Type.THREADPOOL)
    static class PooledClass {

        public CompletableFuture<String> name() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }
    }

    @Bulkhead(name = "partly", type = Bulkhead.Type.THREADPOOL)
    static class PartlyPooledClass {

        public CompletableFuture<String> name() {
            return CompletableFuture.completedFuture("");
        }

        public String call() {
            return "";
        }
    }

    static class SyncPool {

        @Bulkhead(name = "sync", type = Bulkhead.Type.THREADPOOL)
        public String call() {
            return "";
        }
    }

    static class Missing {

        @Retry(name = "missing", fallbackMethod = "fallbak")
        public String call() {
            return "";
        }

        String fallback(Exception failure) {
            return "";
        }
    }

    static class Unfit {

        @Retry(name = "unfit", fallbackMethod = "fallback")
        public String call() {
            return "";
        }

        String fallback() {
            return "";
        }
    }

    static class Erased {

        @Retry(name = "erased", fallbackMethod = "numbers")
        public List<String> names() {
            throw new IllegalStateException();
        }

        List<Integer> numbers(Exception failure) {
            return List.of(1);
        }
    }

    static class OtherRaw {

        @Retry(name = "otherRaw", fallbackMethod = "numbers")
        public List<String> names() {
            return List.of();
        }

        Iterable<String> numbers(Exception failure) {
            return List.of();
        }
    }

    static class Boxed {

        @Retry(name = "boxed", fallbackMethod = "fallback")
        public int call() {
            return 0;
        }

        Integer fallback(Exception failure) {
            return 1;
        }
    }

    static class Reporter {

        @Retry(name = "reporter", fallbackMethod = "fallback")
        public String report(Exception failure) {
            throw new IllegalStateException("failure");
        }

        String fallback(Exception failure) {
            return failure.getMessage();
        }
    }

    static class Failing implements Callable<String> {

        @Override
        public String call() {
            throw new IllegalStateException("call");
        }
    }

    static class ProtectedFallback extends Failing {

        @Override
        @Retry(name = "outer", fallbackMethod = "fallback")
        public String call() {
            return super.call();
        }

        @Retry(name = "inner")
        protected String fallback(Exception failure) {
            return "fallback";
        }
    }

    static class CachedFallback extends Failing {

        @Override
        @Retry(name = "outer", fallbackMethod = "fallback")
        public String call() {
            return super.call();
        }

        @Cacheable("cache")
        public String fallback(Exception failure) {
            return "fallback";
        }
    }

    @CircuitBreaker(name = "covered-fallback")
    static class CoveredFallback extends Failing {

        @Override
        @Retry(name = "outer", fallbackMethod = "fallback")
        public String call() {
            return super.call();
        }

        String fallback(Exception failure) {
            return "fallback";
        }
    }

    @Transactional
    static class OfATransaction extends Failing {

        @Override
        @Retry(name = "outer", fallbackMethod = "fallback")
        public String call() {
            return super.call();
        }

        public String fallback(Exception failure) {
            return "fallback";
        }
    }

    @CircuitBreaker(name = "covered-fallback")
    static class PrivateFallback extends Failing {

        @Override
        @Retry(name = "outer", fallbackMethod = "fallback")
        public String call() {
            return super.call();
        }

        private String fallback(Exception failure) {
            return "fallback";
        }
    }

    @Observed
    static class OfAMeasuredClass extends Failing {

        @Override
        @Retry(name = "outer", fallbackMethod = "fallback")
        public String call() {
            return super.call();
        }

        public String fallback(Exception failure) {
            return "fallback";
        }
    }

    static class Wider {

        @Retry(name = "wider", fallbackMethod = "fallback")
        public String call(String to) {
            return "";
        }

        String fallback(Object to, Exception failure) {
            return "";
        }
    }

    static class Unthrown {

        @TimeLimiter(name = "unthrown", fallbackMethod = "fallback")
        public CompletableFuture<String> call() {
            return CompletableFuture.completedFuture("");
        }

        CompletableFuture<String> fallback(java.util.concurrent.TimeoutException failure) {
            return CompletableFuture.completedFuture("");
        }
    }

    static class Permits {

        @RateLimiter(name = "permits", permits = 3)
        public void call() {}
    }

    static class Configured {

        @Retry(name = "configured", configuration = "slow")
        public void call() {}
    }

    static class Expression {

        @Retry(name = "#root.args[0]")
        public void call(String name) {}
    }

    static class Futures {

        @Retry(name = "plain", fallbackMethod = "fallback")
        public Future<String> plain() {
            CALLS.incrementAndGet();
            return CompletableFuture.failedFuture(new IllegalStateException());
        }

        @CircuitBreaker(name = "plain")
        public Future<String> counted() {
            return plain();
        }

        @Retry(name = "plain", fallbackMethod = "fallback")
        public Future<String> throwing() {
            CALLS.incrementAndGet();
            throw new IllegalStateException();
        }

        private Future<String> fallback(Exception failure) {
            return CompletableFuture.completedFuture("fallback");
        }
    }

    /** Has a class of the module, which is not on the class path of these tests. */
    static class WithReactorModule extends ClassLoader {

        WithReactorModule() {
            super(ForeignAnnotationTests.class.getClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (!name.equals("io.github.resilience4j.reactor.AbstractSubscriber")) {
                throw new ClassNotFoundException(name);
            }
            ClassWriter written = new ClassWriter(0);
            written.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, name.replace('.', '/'), null, "java/lang/Object", null);
            byte[] code = written.toByteArray();
            return defineClass(name, code, 0, code.length);
        }
    }

    public static class MonoClient { // public, since its proxy is of another class loader

        @Retry(name = "published")
        public Mono<String> call() {
            return Mono.empty();
        }
    }

    static class PublisherClient {

        @Retry(name = "published")
        public Publisher<String> call() {
            return Mono.empty();
        }
    }

    static class OwnMonoClient {

        @io.netrun.resilience.annotation.Retry(name = "published")
        public Mono<String> call() {
            return Mono.empty();
        }
    }

    static class RetriedStage {

        @Retry(name = "stage")
        public CompletableFuture<String> call() {
            return CompletableFuture.completedFuture("");
        }
    }

    static class LimitedStage {

        @TimeLimiter(name = "stage", fallbackMethod = "fallback")
        public CompletableFuture<String> call() {
            return CompletableFuture.completedFuture("");
        }

        private CompletableFuture<String> fallback(Exception failure) {
            return CompletableFuture.completedFuture("");
        }
    }

    static class GuardedStage {

        @Retry(name = "stage")
        @CircuitBreaker(name = "stage")
        public CompletableFuture<String> call() {
            return CompletableFuture.completedFuture("");
        }
    }

    static class PooledStage {

        @Retry(name = "stage")
        @Bulkhead(name = "stage", type = Bulkhead.Type.THREADPOOL)
        public CompletableFuture<String> call() {
            return CompletableFuture.completedFuture("");
        }
    }

    static class LimitOnly {

        @TimeLimiter(name = "stage")
        public CompletableFuture<String> call() {
            return CompletableFuture.completedFuture("");
        }
    }

    static class Both {

        @Retry(name = "both")
        @io.netrun.resilience.annotation.Retry(name = "own", maxAttempts = 2)
        public String call() {
            return fail();
        }
    }
}
