/**
 * The annotations that put policies around the methods of beans. Each names an instance and may say its settings; what
 * the configuration says for the instance wins over the annotation. The core does nothing with them: the Spring Boot
 * starter reads them.
 */
@NullMarked
package io.netrun.resilience.annotation;

import org.jspecify.annotations.NullMarked;
