package com.acme;

import java.util.function.Predicate;

/** A predicate of the application that the configuration of {@code 16-predicates} names. */
public final class Unexpected implements Predicate<Throwable> {

    @Override
    public boolean test(Throwable failure) {
        return !(failure instanceof IllegalArgumentException);
    }
}
