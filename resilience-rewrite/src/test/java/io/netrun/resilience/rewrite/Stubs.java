package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openrewrite.java.JavaParser;

/** Types of the other libraries, as far as the sources of the tests name them. */
final class Stubs {

    private Stubs() {}

    static JavaParser.Builder<?, ?> parser() {
        List<String> types = new ArrayList<>();
        for (String name : List.of(
                "circuitbreaker.annotation.CircuitBreaker",
                "retry.annotation.Retry",
                "ratelimiter.annotation.RateLimiter",
                "timelimiter.annotation.TimeLimiter")) {
            types.add(annotation(
                    "io.github.resilience4j." + name,
                    "String name(); String configuration() default \"\"; String fallbackMethod() default \"\";"
                            + " int permits() default 1;"));
        }
        types.add(annotation(
                "io.github.resilience4j.bulkhead.annotation.Bulkhead",
                "String name(); String fallbackMethod() default \"\"; Type type() default Type.SEMAPHORE;"
                        + " enum Type { SEMAPHORE, THREADPOOL }"));
        Map.of(
                        "circuitbreaker.CallNotPermittedException", "getCausingCircuitBreakerName",
                        "bulkhead.BulkheadFullException", "getBulkheadName",
                        "ratelimiter.RequestNotPermitted", "getCausingRateLimiterName",
                        "retry.MaxRetriesExceededException", "getCausingRetryName")
                .forEach((name, getter) ->
                        types.add(type("io.github.resilience4j." + name, "class", " extends RuntimeException")
                                .replace("{}", "{ public String " + getter + "() { return null; } }")));
        types.add(type("io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry", "interface", ""));
        types.add(type("org.springframework.boot.autoconfigure.SpringBootApplication", "@interface", ""));
        types.add(type("org.springframework.stereotype.Service", "@interface", ""));
        types.add(type("org.springframework.retry.annotation.EnableRetry", "@interface", "")
                .replace("{}", "{ int order() default 0; boolean proxyTargetClass() default false; }"));
        types.add(type("org.springframework.retry.annotation.Recover", "@interface", ""));
        types.add(type("org.springframework.retry.ExhaustedRetryException", "class", " extends RuntimeException"));
        types.add(type("org.springframework.retry.support.RetryTemplate", "class", ""));
        types.add(annotation(
                "org.springframework.retry.annotation.Backoff",
                "long value() default 1000; long delay() default 1000; long maxDelay() default 0;"
                        + " double multiplier() default 0; boolean random() default false;"
                        + " String delayExpression() default \"\"; String maxDelayExpression() default \"\";"
                        + " String multiplierExpression() default \"\"; String randomExpression() default \"\";"));
        String lists = "Class<? extends Throwable>[] %s() default {};";
        types.add(annotation(
                "org.springframework.retry.annotation.Retryable",
                lists.formatted("value") + lists.formatted("include") + lists.formatted("exclude")
                        + lists.formatted("retryFor") + lists.formatted("noRetryFor")
                        + "int maxAttempts() default 3; String maxAttemptsExpression() default \"\"; String label()"
                        + " default \"\"; String recover() default \"\"; boolean stateful() default false; String[]"
                        + " listeners() default {}; String interceptor() default \"\"; Backoff backoff() default"
                        + " @Backoff;"));
        types.add(annotation(
                "org.springframework.retry.annotation.CircuitBreaker",
                lists.formatted("retryFor") + "int maxAttempts() default 3; long openTimeout() default 5000;"
                        + " long resetTimeout() default 20000; String recover() default"
                        + " \"\"; String label() default \"\"; String"
                        + " maxAttemptsExpression() default \"\"; String"
                        + " resetTimeoutExpression() default \"\";"));
        for (String meta : List.of("retry", "resilience")) {
            types.add("package com.vendor." + meta + "; @org.springframework." + meta
                    + ".annotation.Retryable @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)"
                    + " public @interface Vendor {}");
        }
        types.add(
                type("org.springframework.resilience.InvocationRejectedException", "class", " extends RuntimeException")
                        .replace("{}", "{ public Object getTarget() { return null; } }"));
        types.add(type("org.springframework.resilience.annotation.EnableResilientMethods", "@interface", "")
                .replace("{}", "{ int order() default 0; boolean proxyTargetClass() default false; }"));
        types.add(type("org.springframework.core.annotation.AliasFor", "@interface", "")
                .replace(
                        "{}",
                        "{ Class<? extends java.lang.annotation.Annotation> annotation() default"
                                + " java.lang.annotation.Annotation.class; String attribute() default \"\"; }"));
        types.add(annotation(
                "org.springframework.resilience.annotation.Retryable",
                lists.formatted("value") + lists.formatted("includes") + lists.formatted("excludes")
                        + "long maxRetries() default 3; String maxRetriesString() default \"\"; long delay()"
                        + " default 1000; double multiplier() default 1; long maxDelay() default 1; long"
                        + " jitter() default 0; String delayString() default \"\"; long"
                        + " timeout() default 0; String timeoutString() default \"\"; String maxDelayString()"
                        + " default \"\"; String multiplierString() default \"\"; String jitterString() default"
                        + " \"\";"
                        + " java.util.concurrent.TimeUnit timeUnit() default"
                        + " java.util.concurrent.TimeUnit.MILLISECONDS;"));
        types.add(annotation(
                "org.springframework.resilience.annotation.ConcurrencyLimit",
                "int value() default 1; int limit() default 1; String limitString() default \"\"; ThrottlePolicy"
                        + " policy() default ThrottlePolicy.BLOCK; enum ThrottlePolicy { BLOCK, REJECT }"));
        return JavaParser.fromJavaVersion().dependsOn(types.toArray(String[]::new));
    }

    private static String annotation(String name, String attributes) {
        return type(name, "@interface", "").replace("{}", "{ " + attributes + " }");
    }

    private static String type(String name, String kind, String suffix) {
        int dot = name.lastIndexOf('.');
        return "package " + name.substring(0, dot) + "; public " + kind + " " + name.substring(dot + 1) + suffix
                + " {}";
    }
}
