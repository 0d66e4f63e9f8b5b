package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * The ways of making a call through a guard, as its user writes them: what compiles here is a part of what is tested.
 */
class GuardApiTests {

    private final CircuitBreaker guard = CircuitBreaker.of("c");
    private final Logger logger = (Logger) LoggerFactory.getLogger(AsyncResultCheck.class);
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void readTheLog() {
        logged.start();
        logger.addAppender(logged);
        logger.setAdditive(false);
    }

    @AfterEach
    void leaveTheLog() {
        logger.detachAppender(logged);
        logger.setAdditive(true);
    }

    // ---- bodies

    private static CompletableFuture<ArrayList<String>> listsOf(String element) throws IOException {
        if (element.isEmpty()) {
            throw new IOException("empty");
        }
        return CompletableFuture.completedFuture(new ArrayList<>(List.of(element)));
    }

    @Test
    void asyncBodyMayThrowWhatIsChecked() {
        CompletableFuture<ArrayList<String>> exactly = guard.callAsync(() -> listsOf("x"));
        assertThat(exactly).isCompletedWithValue(new ArrayList<>(List.of("x")));
        assertThat(guard.callAsync(() -> listsOf(""))).isCompletedExceptionally();
        assertThat(guard.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void asyncBodyMayReturnAStageOfASubtype() {
        CompletableFuture<List<String>> lists = guard.callAsync(() -> listsOf("x"));
        CompletableFuture<Object> objects = guard.callAsync(() -> listsOf("x"));
        CompletableFuture<Number> numbers = guard.callAsync(GuardApiTests::three);
        assertThat(lists).isCompletedWithValue(List.of("x"));
        assertThat(objects).isCompletedWithValue(List.of("x"));
        assertThat(numbers).isCompletedWithValue(3);
    }

    private static CompletionStage<Integer> three() throws IOException, SQLException {
        return CompletableFuture.completedStage(3);
    }

    @Test
    void bodyShouldThrowJustWhatItsOneCheckedExceptionIs() {
        assertThatThrownBy(() -> throwing(guard)).isInstanceOf(IOException.class);
    }

    /** Compiles with the one exception. */
    private static void throwing(Guard guard) throws IOException {
        guard.run(() -> {
            throw new IOException();
        });
    }

    // ---- decorated functions

    @Test
    void decoratedFunctionsShouldMakeEveryCallThroughTheGuard() throws Exception {
        Supplier<String> supplier = guard.decorate(() -> "supplied");
        Callable<String> callable = guard.decorateCallable(() -> "called");
        List<String> ran = new ArrayList<>();
        Runnable runnable = guard.decorateRunnable(() -> ran.add("ran"));
        Function<Integer, String> function = guard.decorateFunction(number -> "number " + number);
        Supplier<CompletableFuture<Number>> async =
                guard.decorateAsync(() -> CompletableFuture.<Integer>completedFuture(3));
        for (int i = 0; i < 2; i++) {
            assertThat(supplier.get()).isEqualTo("supplied");
            assertThat(callable.call()).isEqualTo("called");
            runnable.run();
            assertThat(function.apply(i)).isEqualTo("number " + i);
            assertThat(async.get()).isCompletedWithValue(3);
        }
        assertThat(ran).hasSize(2);
        assertThat(guard.metrics().totalSucceeded()).isEqualTo(10);
    }

    @Test
    void decoratedCallableShouldThrowWhatItThrows() {
        Callable<String> callable = guard.decorateCallable(() -> {
            throw new IOException("broken");
        });
        assertThatThrownBy(callable::call).isInstanceOf(IOException.class);
        assertThat(guard.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void decoratedNullShouldBeRejectedAtOnce() {
        assertThatThrownBy(() -> guard.decorate(null)).hasMessage("supplier");
        assertThatThrownBy(() -> guard.decorateCallable(null)).hasMessage("callable");
        assertThatThrownBy(() -> guard.decorateRunnable(null)).hasMessage("runnable");
        assertThatThrownBy(() -> guard.decorateFunction(null)).hasMessage("function");
        assertThatThrownBy(() -> guard.decorateAsync(null)).hasMessage("supplier");
    }

    @Test
    void bodyThatIsNullShouldBeRejectedAndCountNothing() {
        assertThatThrownBy(() -> guard.call(null)).hasMessage("body");
        assertThatThrownBy(() -> guard.run(null)).hasMessage("body");
        assertThatThrownBy(() -> guard.callAsync(null)).hasMessage("body");
        assertThat(guard.metrics().totalFailed()).isZero();
    }

    // ---- pipelines

    @Test
    void pipelineWithTheSamePolicyTwiceShouldBeRejected() {
        Bulkhead bulkhead = Bulkhead.of("pay");
        assertThatThrownBy(() -> Pipeline.of(bulkhead, Retry.of("pay"), bulkhead))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("policies contains bulkhead 'pay' twice: use each instance once, or another instance");
        assertThat(Pipeline.of(bulkhead, Bulkhead.of("pay")).policies()).hasSize(2);
    }

    @Test
    void fallbackWithoutAHandlerShouldPassFailuresOn() {
        Fallback fallback = Fallback.of("f");
        assertThat(fallback.name()).isEqualTo("f");
        assertThatThrownBy(() -> fallback.run(() -> {
                    throw new IOException("broken");
                }))
                .isInstanceOf(IOException.class);
        assertThat(fallback.metrics().totalPassed()).isEqualTo(1);
    }

    // ---- results that are not results yet

    @Test
    void syncCallThatReturnsAFutureShouldBeWarnedAboutOnce() {
        class Receipt extends CompletableFuture<String> {}
        for (int i = 0; i < 3; i++) {
            guard.call(Receipt::new);
        }
        assertThat(logged.list)
                .singleElement()
                .satisfies(event -> assertThat(event.getFormattedMessage())
                        .contains("CircuitBreaker 'c'", Receipt.class.getName(), "Use callAsync"));
    }

    @Test
    void syncCallThatReturnsAPublisherShouldBeWarnedAboutOnce() {
        class Prices implements Flow.Publisher<String> {
            @Override
            public void subscribe(Flow.Subscriber<? super String> subscriber) {}
        }
        class Price extends Mono<String> {
            @Override
            public void subscribe(reactor.core.CoreSubscriber<? super String> subscriber) {}
        }
        Pipeline pipeline = Pipeline.of(guard, Timeout.of("t", c -> c.requiresCallerThread(() -> true)));
        for (int i = 0; i < 3; i++) {
            pipeline.call(Prices::new);
            pipeline.call(Price::new);
            pipeline.decorate(Price::new).get();
        }
        assertThat(logged.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .hasSize(2)
                .allSatisfy(message -> assertThat(message).contains("Pipeline[", "ReactorGuard"));
    }

    @Test
    void callsAsTheyAreMeantShouldNotBeWarnedAbout() {
        class Receipt extends CompletableFuture<String> {}
        guard.callAsync(Receipt::new);
        guard.call(() -> null);
        guard.call(() -> "x");
        guard.run(() -> {});
        assertThat(logged.list).isEmpty();
    }
}
