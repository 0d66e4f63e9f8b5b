package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** Two attempts that run beside each other, in every order of what they may do. */
@org.junit.jupiter.api.Timeout(60)
class HedgedSourceTests {

    private static final String BROKEN = "broken";

    private final ManualTicker ticker = new ManualTicker();
    private final Hedge hedge = Hedge.of("h", HedgeConfig.defaults(), ticker);
    private final List<FluxSink<String>> streams = new CopyOnWriteArrayList<>();
    private final List<MonoSink<String>> monos = new CopyOnWriteArrayList<>();
    private final List<String> received = new CopyOnWriteArrayList<>();

    private void subscribe(Flux<String> guarded) {
        guarded.subscribe(
                received::add,
                failure -> received.add("ERROR " + failure.getMessage()),
                () -> received.add("COMPLETE"));
    }

    /** Both attempts of a stream run. */
    private void race(Pipeline pipeline) {
        subscribe(ReactorGuard.of(pipeline).flux(Flux.<String>create(streams::add)));
        ticker.advance(Duration.ofMillis(500));
        await().until(() -> streams.size() == 2);
    }

    /** A step such as "1 row", "2 empty" or "1 error". */
    private void play(String step) {
        FluxSink<String> stream = streams.get(step.charAt(0) - '1');
        switch (step.substring(2)) {
            case "empty", "end" -> stream.complete();
            case "error" -> stream.error(new IOException(BROKEN + " " + step.charAt(0)));
            default -> stream.next(step);
        }
    }

    static Stream<Arguments> racesOfStreams() {
        return Stream.of(
                Arguments.of(List.of("1 row", "2 row", "1 end", "2 end"), List.of("1 row", "COMPLETE")),
                Arguments.of(List.of("2 row", "1 row", "2 end"), List.of("2 row", "COMPLETE")),
                Arguments.of(List.of("1 empty", "2 row", "2 end"), List.of("COMPLETE")),
                Arguments.of(List.of("2 empty", "1 row"), List.of("COMPLETE")),
                Arguments.of(List.of("1 error", "2 row", "2 end"), List.of("2 row", "COMPLETE")),
                Arguments.of(List.of("2 error", "1 row", "1 end"), List.of("1 row", "COMPLETE")),
                Arguments.of(List.of("1 error", "2 empty"), List.of("COMPLETE")),
                Arguments.of(List.of("1 error", "2 error"), List.of("ERROR broken 2")),
                Arguments.of(List.of("2 error", "1 error"), List.of("ERROR broken 1")),
                Arguments.of(List.of("1 row", "2 error", "1 row", "1 end"), List.of("1 row", "1 row", "COMPLETE")),
                Arguments.of(List.of("1 row", "1 error", "2 row", "2 end"), List.of("1 row", "ERROR broken 1")),
                Arguments.of(List.of("1 row", "2 empty", "1 row", "1 end"), List.of("1 row", "1 row", "COMPLETE")),
                Arguments.of(List.of("2 error", "1 row", "1 error"), List.of("1 row", "ERROR broken 1")));
    }

    @ParameterizedTest
    @MethodSource("racesOfStreams")
    void hedgedStreamShouldBeThatOfOneAttempt(List<String> steps, List<String> expected) {
        race(Pipeline.of(hedge));
        steps.forEach(this::play);
        await().untilAsserted(() -> assertThat(received).isEqualTo(expected));
        await().until(() -> hedge.metrics().active() == 0);
    }

    static Stream<Arguments> lateAttempts() {
        return Stream.of(
                Arguments.of("hangs", Flux.never()),
                Arguments.of("ends empty", Flux.empty()),
                Arguments.of("emits", Flux.just("of the second")),
                Arguments.of("fails", Flux.error(new IOException("of the second"))));
    }

    /** The second attempt is made although the first one has begun: its listeners run in between. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("lateAttempts")
    void errorInMidStreamShouldEndItWhateverALateAttemptDoes(String how, Flux<String> late) {
        hedge.onHedged(event -> streams.get(0).next("row 1"));
        subscribe(ReactorGuard.of(hedge)
                .flux(Flux.defer(() -> streams.isEmpty() ? Flux.<String>create(streams::add) : late)));
        ticker.advance(Duration.ofMillis(500));
        await().until(() -> received.contains("row 1"));
        streams.get(0).next("row 2");
        streams.get(0).error(new IOException(BROKEN));
        await().untilAsserted(() -> assertThat(received).containsExactly("row 1", "row 2", "ERROR broken"));
        await().until(() -> hedge.metrics().active() == 0);
    }

    /** The first attempt's end is being judged when the second one emits. */
    @Test
    void streamShouldNotBeTruncatedByAnAttemptThatEndsEmpty() {
        CircuitBreaker judging = CircuitBreaker.of(
                "b",
                c -> c.failureResult(result -> {
                    if (received.isEmpty()) {
                        play("2 row");
                    }
                    return false;
                }));
        race(Pipeline.of(hedge, judging));
        play("1 empty");
        play("2 row");
        play("2 end");
        await().untilAsserted(() -> assertThat(received).containsExactly("2 row", "2 row", "COMPLETE"));
        assertThat(judging.metrics().totalSucceeded() + judging.metrics().totalCancelled())
                .isEqualTo(2);
    }

    /** The call has ended empty when the timer of the second attempt runs. */
    @Test
    void attemptThatBeginsAsTheCallEndsEmptyShouldDeliverNothing() {
        hedge.onHedged(event -> streams.get(0).complete());
        subscribe(ReactorGuard.of(hedge)
                .flux(Flux.defer(
                        () -> streams.isEmpty() ? Flux.<String>create(streams::add) : Flux.just("row 1", "row 2"))));
        ticker.advance(Duration.ofMillis(500));
        await().until(() -> hedge.metrics().active() == 0 && !received.isEmpty());
        assertThat(received).containsExactly("COMPLETE");
    }

    @Test
    void emptyStreamsThatAreRetriedShouldRaceAnew() {
        Retry retry = Retry.of("r", c -> c.baseDelay(Duration.ZERO).failureResult(result -> received.isEmpty()));
        race(Pipeline.of(retry, hedge));
        play("1 empty");
        await().until(() -> streams.size() == 3);
        streams.get(2).next("row");
        streams.get(2).complete();
        await().untilAsserted(() -> assertThat(received).containsExactly("row", "COMPLETE"));
    }

    @Test
    void attemptThatTimedOutShouldNotKeepTheOtherFromDelivering() {
        Timeout perAttempt = Timeout.of(
                "a", TimeoutConfig.builder().duration(Duration.ofSeconds(1)).build(), ticker);
        race(Pipeline.of(hedge, perAttempt));
        ticker.advance(Duration.ofMillis(600));
        await().until(() -> streams.get(0).isCancelled());
        play("1 row");
        play("2 row");
        play("2 end");
        await().untilAsserted(() -> assertThat(received).containsExactly("2 row", "COMPLETE"));
    }

    @Test
    void attemptsThatAllTimeOutShouldFailTheCall() {
        Timeout perAttempt = Timeout.of(
                "a", TimeoutConfig.builder().duration(Duration.ofSeconds(1)).build(), ticker);
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        ReactorGuard.of(Pipeline.of(hedge, perAttempt))
                .flux(Flux.<String>create(streams::add))
                .subscribe(received::add, failures::add);
        ticker.advance(Duration.ofMillis(500));
        await().until(() -> streams.size() == 2);
        ticker.advance(Duration.ofSeconds(2));
        await().until(() -> !failures.isEmpty());
        assertThat(failures).singleElement().isInstanceOf(TimeoutExceededException.class);
    }

    static Stream<Arguments> racesOfMonos() {
        return Stream.of(
                Arguments.of(List.of("1 row", "2 row"), List.of("1 row", "COMPLETE")),
                Arguments.of(List.of("2 row", "1 row"), List.of("2 row", "COMPLETE")),
                Arguments.of(List.of("1 empty", "2 row"), List.of("COMPLETE")),
                Arguments.of(List.of("1 error", "2 row"), List.of("2 row", "COMPLETE")),
                Arguments.of(List.of("2 error", "1 row"), List.of("1 row", "COMPLETE")),
                Arguments.of(List.of("1 error", "2 empty"), List.of("COMPLETE")),
                Arguments.of(List.of("1 error", "2 error"), List.of("ERROR broken 2")),
                Arguments.of(List.of("2 error", "1 error"), List.of("ERROR broken 1")));
    }

    @ParameterizedTest
    @MethodSource("racesOfMonos")
    void hedgedMonoShouldBeThatOfTheFirstAttemptToSucceed(List<String> steps, List<String> expected) {
        subscribe(ReactorGuard.of(hedge).mono(Mono.<String>create(monos::add)).flux());
        ticker.advance(Duration.ofMillis(500));
        await().until(() -> monos.size() == 2);
        for (String step : steps) {
            MonoSink<String> mono = monos.get(step.charAt(0) - '1');
            switch (step.substring(2)) {
                case "empty" -> mono.success();
                case "error" -> mono.error(new IOException(BROKEN + " " + step.charAt(0)));
                default -> mono.success(step);
            }
        }
        await().untilAsserted(() -> assertThat(received).isEqualTo(expected));
        await().until(() -> hedge.metrics().active() == 0);
    }
}
