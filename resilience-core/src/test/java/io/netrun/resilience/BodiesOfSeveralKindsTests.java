package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.fallback.CacheableCall;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.AlternativeCall;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.WeightedCall;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A body with a key, a number of tokens and an alternative is all of that, whatever is around what. */
@Timeout(60)
class BodiesOfSeveralKindsTests {

    private static final String KEY = "a tenant";
    private static final int TOKENS = 3;

    private final Fallback fallback = Fallback.of("test", c -> c.stale(Duration.ofMinutes(1)));
    private final RateLimiter limiter =
            RateLimiter.of("test", c -> c.limit(1_000).period(Duration.ofHours(1)));
    private final Hedge hedge =
            Hedge.of("test", c -> c.delay(Duration.ofMillis(1)).maxAttempts(2));

    private enum Kind {
        KEYED,
        WEIGHTED,
        ALTERNATIVE;

        <T> CheckedSupplier<T, Exception> around(
                CheckedSupplier<T, Exception> body, CheckedSupplier<T, Exception> alternative) {
            return switch (this) {
                case KEYED -> CacheableCall.of(KEY, body);
                case WEIGHTED -> WeightedCall.of(TOKENS, body);
                case ALTERNATIVE -> AlternativeCall.of(body, alternative);
            };
        }
    }

    static Stream<Arguments> orders() {
        return Stream.of(Kind.values())
                .flatMap(first -> Stream.of(Kind.values())
                        .filter(second -> second != first)
                        .map(second -> Arguments.of(List.of(
                                first,
                                second,
                                Stream.of(Kind.values())
                                        .filter(third -> third != first && third != second)
                                        .findFirst()
                                        .orElseThrow()))));
    }

    private static <T> CheckedSupplier<T, Exception> nested(
            List<Kind> order, CheckedSupplier<T, Exception> body, CheckedSupplier<T, Exception> alternative) {
        CheckedSupplier<T, Exception> nested = body;
        for (int i = order.size() - 1; i >= 0; i--) {
            nested = order.get(i).around(nested, alternative);
        }
        return nested;
    }

    private static <T> T sleepThenFail() throws Exception {
        TimeUnit.SECONDS.sleep(30);
        throw new IOException("the first attempt was not overtaken");
    }

    @ParameterizedTest
    @MethodSource("orders")
    void syncCallShouldKeepEveryKind(List<Kind> order) throws Exception {
        fallback.call(CacheableCall.of("another tenant", () -> "of another tenant"));
        Guard guard = Pipeline.of(fallback, limiter, hedge);
        String result = guard.call(nested(order, BodiesOfSeveralKindsTests::sleepThenFail, () -> "alternative"));
        assertThat(result).isEqualTo("alternative");
        assertThat(limiter.metrics().totalAcceptedTokens()).isEqualTo(TOKENS);
        assertThat(guard.call(failing(order))).isEqualTo("alternative");
    }

    @ParameterizedTest
    @MethodSource("orders")
    void asyncCallShouldKeepEveryKind(List<Kind> order) throws Exception {
        fallback.call(CacheableCall.of("another tenant", () -> "of another tenant"));
        Guard guard = Pipeline.of(fallback, limiter, hedge);
        CheckedSupplier<CompletionStage<String>, Exception> body =
                nested(order, CompletableFuture::new, () -> CompletableFuture.completedFuture("alternative"));
        assertThat(guard.<String>callAsync(body).get()).isEqualTo("alternative");
        assertThat(limiter.metrics().totalAcceptedTokens()).isEqualTo(TOKENS);
        CheckedSupplier<CompletionStage<String>, Exception> failing = nested(
                order,
                () -> CompletableFuture.failedFuture(new IOException()),
                () -> CompletableFuture.failedFuture(new IOException()));
        assertThat(guard.<String>callAsync(failing).get()).isEqualTo("alternative");
    }

    /** Would get the result of another tenant if its key were not seen. */
    private static CheckedSupplier<String, Exception> failing(List<Kind> order) {
        CheckedSupplier<String, Exception> fail = () -> {
            throw new IOException();
        };
        return nested(order, fail, fail);
    }

    @ParameterizedTest
    @MethodSource("orders")
    void callWithAKeyShouldNotGetTheResultOfThoseWithout(List<Kind> order) throws Exception {
        fallback.call(() -> "of all that have no key");
        assertThat(catchThrowable(() -> Pipeline.of(fallback, limiter).call(failing(order))))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @MethodSource("orders")
    void limiterInsideAHedgeShouldTakeTheTokens(List<Kind> order) throws Exception {
        Guard guard = Pipeline.of(Hedge.of("slow", c -> c.delay(Duration.ofMinutes(1))), limiter);
        guard.call(nested(order, () -> "first", () -> "alternative"));
        assertThat(limiter.metrics().totalAcceptedTokens()).isEqualTo(TOKENS);
    }

    @Test
    void limiterInsideAHedgeShouldTakeTheTokensOfTheAlternative() throws Exception {
        Guard guard = Pipeline.of(hedge, limiter);
        CountDownLatch firstBegun = new CountDownLatch(1);
        CheckedSupplier<String, Exception> first = () -> {
            firstBegun.countDown();
            return sleepThenFail();
        };
        CheckedSupplier<String, Exception> alternative = () -> {
            firstBegun.await(); // otherwise it may win before a worker begins the first attempt, which takes no token
            return "alternative";
        };
        guard.call(AlternativeCall.of(WeightedCall.of(2, first), WeightedCall.of(5, alternative)));
        assertThat(limiter.metrics().totalAcceptedTokens()).isEqualTo(7);
    }

    @Test
    void outermostOfOneKindShouldCount() throws Exception {
        CheckedSupplier<String, Exception> body = () -> "result";
        limiter.call(WeightedCall.of(5, CacheableCall.of(KEY, WeightedCall.of(2, body))));
        assertThat(limiter.metrics().totalAcceptedTokens()).isEqualTo(5);
    }

    /** One's own class, in the forms of the JDK. */
    private static final class Batch
            implements WeightedCall,
                    CheckedRunnable<RuntimeException>,
                    Runnable,
                    Callable<String>,
                    Supplier<CompletionStage<String>>,
                    UnaryOperator<String> {

        @Override
        public int permits() {
            return TOKENS;
        }

        @Override
        public void run() {}

        @Override
        public String call() {
            return "called";
        }

        @Override
        public CompletionStage<String> get() {
            return CompletableFuture.completedFuture("supplied");
        }

        @Override
        public String apply(String argument) {
            return argument;
        }
    }

    private record Form(String name, Function<RateLimiter, Callable<?>> call) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Form> forms() {
        Batch batch = new Batch();
        return Stream.of(
                new Form("run", limiter -> () -> {
                    limiter.run((CheckedRunnable<RuntimeException>) batch);
                    return null;
                }),
                new Form("decorate", limiter -> limiter.decorate((Supplier<CompletionStage<String>>) batch)::get),
                new Form("decorateCallable", limiter -> limiter.decorateCallable(batch)),
                new Form("decorateRunnable", limiter -> () -> {
                    limiter.decorateRunnable(batch).run();
                    return null;
                }),
                new Form(
                        "decorateFunction",
                        limiter -> () -> limiter.decorateFunction(batch).apply("argument")),
                new Form(
                        "decorateAsync",
                        limiter ->
                                () -> limiter.<String>decorateAsync(batch).get().get()));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void everyFormOfACallShouldKeepTheKindOfItsBody(Form form) throws Exception {
        form.call.apply(limiter).call();
        assertThat(limiter.metrics().totalAcceptedTokens()).isEqualTo(TOKENS);
    }
}
