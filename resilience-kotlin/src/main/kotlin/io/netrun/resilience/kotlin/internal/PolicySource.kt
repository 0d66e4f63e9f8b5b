package io.netrun.resilience.kotlin.internal

import io.netrun.resilience.Policy
import io.netrun.resilience.PolicyType
import io.netrun.resilience.ResilienceRegistry
import io.netrun.resilience.Ticker

/** Where the policies of a pipeline come from. */
internal interface PolicySource {

    fun <P : Policy, C : Record> get(type: PolicyType<P, C>, name: String, config: C): P
}

internal class Creation(private val ticker: Ticker) : PolicySource {

    override fun <P : Policy, C : Record> get(type: PolicyType<P, C>, name: String, config: C): P =
        type.create(name, config, ticker)
}

internal class Lookup(private val registry: ResilienceRegistry) : PolicySource {

    override fun <P : Policy, C : Record> get(type: PolicyType<P, C>, name: String, config: C): P =
        registry.getOrCreate(type, name, config)
}
