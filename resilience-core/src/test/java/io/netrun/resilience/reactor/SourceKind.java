package io.netrun.resilience.reactor;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** When and where a source emits. */
enum SourceKind {
    /** While it is subscribed to, on the thread of its subscriber. */
    AT_ONCE {
        @Override
        <T> Flux<T> of(Flux<T> source) {
            return source;
        }
    },
    /** On a thread of another scheduler, to which the subscription is moved. */
    SUBSCRIBED_ELSEWHERE {
        @Override
        <T> Flux<T> of(Flux<T> source) {
            return source.subscribeOn(Schedulers.boundedElastic());
        }
    },
    /** On a thread of another scheduler, to which each element is moved. */
    PUBLISHED_ELSEWHERE {
        @Override
        <T> Flux<T> of(Flux<T> source) {
            return source.publishOn(Schedulers.parallel(), 1);
        }
    };

    abstract <T> Flux<T> of(Flux<T> source);

    <T> Mono<T> of(Mono<T> source) {
        return of(source.flux()).singleOrEmpty();
    }
}
