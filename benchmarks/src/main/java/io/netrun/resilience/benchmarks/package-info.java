/**
 * What a call through the library costs, beside the same call through rival libraries and beside the least code that
 * could do the job. A class per case, a method per subject; a subject's state is set up for its own runs only, so that
 * no subject disturbs what the compiler knows of another, and is checked before it is measured.
 */
package io.netrun.resilience.benchmarks;
