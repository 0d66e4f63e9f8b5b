package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.AttemptLostException;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.retry.Retry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Hedged streams at random, in real time: whatever their attempts do, a subscriber gets the stream of one of them. */
@org.junit.jupiter.api.Timeout(120)
class HedgedStreamPropertyTests {

    private static final int CALLS = 1_500;
    private static final int BESIDE = 50;
    private static final int ROWS = 4;
    private static final String COMPLETE = "COMPLETE";

    /** An element of an attempt, with the number of elements and the end of its attempt. */
    record Row(int attempt, int number, int rows, boolean fails) {}

    private final Hedge hedge =
            Hedge.of("h", c -> c.delay(Duration.ofMillis(1)).maxAttempts(3).maxActive(10_000));
    private final CircuitBreaker breaker = CircuitBreaker.of("b", c -> c.failureThreshold(Integer.MAX_VALUE));
    private final Retry retry =
            Retry.of("r", c -> c.baseDelay(Duration.ofMillis(1)).maxAttempts(2));

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void subscriberShouldGetTheWholeStreamOfOneAttempt(long seed) throws InterruptedException {
        List<String> wrong = new CopyOnWriteArrayList<>();
        CountDownLatch ended = new CountDownLatch(CALLS);
        Random random = new Random(seed);
        ReactorGuard guard = ReactorGuard.of(Pipeline.of(retry, hedge, breaker));
        Flux.range(0, CALLS)
                .flatMap(call -> call(guard, random.nextLong(), wrong).doFinally(signal -> ended.countDown()), BESIDE)
                .subscribe();
        assertThat(ended.await(100, TimeUnit.SECONDS)).as("calls have ended").isTrue();
        assertThat(wrong).isEmpty();
    }

    private static Mono<Void> call(ReactorGuard guard, long seed, List<String> wrong) {
        AtomicInteger attempts = new AtomicInteger();
        List<Row> received = new CopyOnWriteArrayList<>();
        return guard.flux(Flux.defer(() -> {
                    int attempt = attempts.incrementAndGet();
                    return source(attempt, new Random(seed + attempt));
                }))
                .doOnNext(received::add)
                .doOnComplete(() -> check(received, row -> !row.fails, COMPLETE, wrong))
                .doOnError(failure -> {
                    check(received, Row::fails, failure.toString(), wrong);
                    if (failure instanceof CancellationException || failure instanceof AttemptLostException) {
                        wrong.add("got " + failure);
                    }
                })
                .onErrorComplete()
                .then();
    }

    private static Flux<Row> source(int attempt, Random random) {
        int rows = random.nextInt(ROWS);
        boolean fails = random.nextInt(3) == 0;
        Flux<Row> elements = Flux.range(1, rows).map(number -> new Row(attempt, number, rows, fails));
        Flux<Row> all = fails ? elements.concatWith(Mono.error(new IOException("of the source"))) : elements;
        return switch (random.nextInt(4)) {
            case 0 -> all;
            case 1 ->
                Mono.delay(Duration.ofNanos(900_000 + random.nextInt(400_000))).thenMany(all);
            case 2 -> all.delayElements(Duration.ofMillis(1));
            default -> Mono.delay(Duration.ofMillis(random.nextInt(4))).thenMany(all);
        };
    }

    /** All rows are of one attempt and in their order; where that completes, all are there. */
    private static void check(List<Row> received, Predicate<Row> endsSo, String end, List<String> wrong) {
        for (int i = 0; i < received.size(); i++) {
            Row row = received.get(i);
            if (row.number != i + 1 || row.attempt != received.get(0).attempt) {
                wrong.add("mixed " + received);
            }
        }
        // An error overtakes rows that are delayed, in the source itself.
        if (!received.isEmpty()
                && (!endsSo.test(received.get(0))
                        || (end.equals(COMPLETE) && received.get(0).rows != received.size()))) {
            wrong.add("truncated " + received + " " + end);
        }
    }

    @Test
    void nothingShouldBeHeldWhenAllHaveEnded() throws InterruptedException {
        subscriberShouldGetTheWholeStreamOfOneAttempt(4);
        await().until(() -> hedge.metrics().active() == 0);
    }
}
