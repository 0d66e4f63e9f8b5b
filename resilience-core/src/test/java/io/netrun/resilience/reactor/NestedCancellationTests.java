package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** A source that is cancelled and then ends with a cancellation, as an inner call does that is given up as well. */
@org.junit.jupiter.api.Timeout(60)
class NestedCancellationTests {

    private final List<Throwable> dropped = new CopyOnWriteArrayList<>();
    private final List<Subscriber<?>> sources = new CopyOnWriteArrayList<>();
    private final io.netrun.resilience.timeout.Timeout timeout = io.netrun.resilience.timeout.Timeout.of("t");

    @BeforeEach
    void register() {
        Hooks.onErrorDropped(dropped::add);
    }

    @AfterEach
    void remove() {
        Hooks.resetOnErrorDropped();
    }

    @Test
    void cancellationAfterACancelShouldNotReachTheHook() {
        Disposable mono = ReactorGuard.of(timeout)
                .mono(() -> Mono.fromDirect(subscriber -> subscribe(subscriber)))
                .subscribe();
        Disposable flux = ReactorGuard.of(timeout)
                .flux(() -> Flux.from(subscriber -> subscribe(subscriber)))
                .subscribe();
        mono.dispose();
        flux.dispose();
        sources.forEach(source -> source.onError(new CancellationException("given up")));
        assertThat(sources).hasSize(2);
        assertThat(dropped).isEmpty();
        sources.forEach(source -> source.onError(new IllegalStateException("lost")));
        assertThat(dropped).isNotEmpty().allMatch(each -> each.getMessage().equals("lost"));
    }

    private void subscribe(Subscriber<?> subscriber) {
        sources.add(subscriber);
        subscriber.onSubscribe(Operators.emptySubscription());
    }
}
