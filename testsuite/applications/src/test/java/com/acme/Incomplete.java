package com.acme;

import java.util.function.Predicate;

/** A predicate of the application that the configuration of {@code 16-predicates} names. */
public final class Incomplete implements Predicate<Object> {

    @Override
    public boolean test(Object result) {
        return "partial".equals(result);
    }
}
