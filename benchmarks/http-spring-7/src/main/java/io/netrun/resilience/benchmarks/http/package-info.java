/** A web application that is measured from outside: {@code benchmarks/http.py} starts it and sends its requests. */
@org.jspecify.annotations.NullMarked
package io.netrun.resilience.benchmarks.http;
