package io.github.resilience4j.common.retry.configuration;

import io.github.resilience4j.common.CustomizerWithName;

/** Stands for the interface of resilience4j, which tests have not on their class path. */
public interface RetryConfigCustomizer extends CustomizerWithName {}
