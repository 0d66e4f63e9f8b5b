package io.netrun.resilience.spring.aop;

import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;

/** A bean whose class the weaver leaves as it is, because of its name. */
class PlainAnswer {

    @Bulkhead(name = "answer")
    @Retry(name = "answer")
    @CircuitBreaker(name = "answer")
    public String answer() {
        return "ok";
    }
}
