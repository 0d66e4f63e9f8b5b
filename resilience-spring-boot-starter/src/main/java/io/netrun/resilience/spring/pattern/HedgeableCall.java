package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.hedge.AlternativeCall;

/** A call that may have another target for the attempts of a hedge after the first. */
public interface HedgeableCall extends AlternativeCall {}
