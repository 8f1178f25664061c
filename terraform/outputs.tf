output "workload_identity_provider" {
  description = "Full name of the provider: the variable WORKLOAD_IDENTITY_PROVIDER of the organisation or of each repository."
  value       = google_iam_workload_identity_pool_provider.github.name
}

output "attribute_condition" {
  description = "Who gets in, as the provider has it."
  value       = local.condition
}

output "variables" {
  description = "For each repository, the variables that the reusable workflows read."
  value = {
    for name in keys(var.repositories) : name => {
      WORKLOAD_IDENTITY_PROVIDER = google_iam_workload_identity_pool_provider.github.name
      SERVICE_ACCOUNT            = google_service_account.deployer[name].email
      INVOKER_SERVICE_ACCOUNT    = google_service_account.invoker[name].email
      READER_SERVICE_ACCOUNT     = google_service_account.reader[name].email
    }
  }
}
