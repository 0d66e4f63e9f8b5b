/** Tests of the starter in applications that register with a server of Spring Boot Admin. */
package io.netrun.resilience.admin;
