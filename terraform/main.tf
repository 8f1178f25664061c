# A login without a key for the repositories of one owner, and for each of them three accounts with the roles of
# docs/set-up/README.md: a deployer, an invoker, and a reader for checks that must not change anything.

data "google_project" "this" {
  project_id = var.project_id
}

resource "google_project_service" "needed" {
  for_each = toset([
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "run.googleapis.com",
    "sts.googleapis.com",
  ])
  project            = var.project_id
  service            = each.value
  disable_on_destroy = false
}

resource "google_iam_workload_identity_pool" "github" {
  project                   = var.project_id
  workload_identity_pool_id = var.pool_id
  display_name              = "GitHub Actions"

  depends_on = [google_project_service.needed]
}

locals {
  # One alternative for each branch, without and with an environment: the numbers of its repositories, as lists, because an
  # alternative for each of forty repositories would be longer than Google allows.
  groups = {
    for name in sort(keys(var.repositories)) :
    "${var.repositories[name].branch}:${var.repositories[name].environment == null ? "any" : "own"}" => var.repositories[name]...
  }
  admitted = [
    for group in sort(keys(local.groups)) : join(" && ", compact([
      "assertion.ref == 'refs/heads/${local.groups[group][0].branch}'",
      "assertion.repository_id in [${join(", ", [for one in local.groups[group] : "'${one.repository_id}'"])}]",
      local.groups[group][0].environment == null ? "" : "(assertion.repository_id + ' ' + assertion.environment) in [${join(", ", [
        for one in local.groups[group] : "'${one.repository_id} ${coalesce(one.environment, "-")}'"
      ])}]",
    ]))
  ]
  condition = join(" && ", compact([
    "assertion.repository_owner_id == '${var.owner_id}'",
    "assertion.event_name != 'pull_request' && assertion.event_name != 'pull_request_target'",
    length(var.job_workflow_refs) == 0 ? "" : "assertion.job_workflow_ref in [${join(", ", [for one in var.job_workflow_refs : "'${one}'"])}]",
    "(${join(" || ", [for one in local.admitted : "(${one})"])})",
  ]))
  default_runtime = "${data.google_project.this.number}-compute@developer.gserviceaccount.com"
}

resource "google_iam_workload_identity_pool_provider" "github" {
  project                            = var.project_id
  workload_identity_pool_id          = google_iam_workload_identity_pool.github.workload_identity_pool_id
  workload_identity_pool_provider_id = var.provider_id
  display_name                       = "Backstay"
  attribute_condition                = local.condition

  # A subject has at most 127 bytes, which the one of GitHub can exceed with a long branch or environment.
  attribute_mapping = {
    "google.subject"          = "'repo:' + assertion.repository_id + ':' + assertion.run_id"
    "attribute.repository_id" = "assertion.repository_id"
  }

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }

  lifecycle {
    precondition {
      condition     = length(local.condition) <= 4096
      error_message = "The condition is longer than the 4096 characters that Google allows. Use the module twice, each time for a part of the repositories and with another provider_id and pool_id."
    }
  }
}

resource "google_service_account" "deployer" {
  for_each     = var.repositories
  project      = var.project_id
  account_id   = "${each.key}-deployer"
  display_name = "Releases ${each.key}"
}

resource "google_service_account" "invoker" {
  for_each     = var.repositories
  project      = var.project_id
  account_id   = "${each.key}-invoker"
  display_name = "Calls ${each.key} in smoke tests"
}

resource "google_service_account" "reader" {
  for_each     = var.repositories
  project      = var.project_id
  account_id   = "${each.key}-reader"
  display_name = "Checks ${each.key} and changes nothing"
}

# Each repository may act as its own accounts only.
resource "google_service_account_iam_member" "login" {
  for_each = merge([
    for name in keys(var.repositories) : {
      "${name}/deployer" = { repository = name, account = google_service_account.deployer[name].name }
      "${name}/invoker"  = { repository = name, account = google_service_account.invoker[name].name }
      "${name}/reader"   = { repository = name, account = google_service_account.reader[name].name }
    }
  ]...)
  service_account_id = each.value.account
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.github.name}/attribute.repository_id/${var.repositories[each.value.repository].repository_id}"
}

locals {
  deployer_roles = concat(
    ["roles/cloudfunctions.developer", "roles/browser", "roles/logging.viewer"],
    var.may_close ? ["roles/run.admin"] : [],
  )
  reader_roles = ["roles/cloudfunctions.viewer", "roles/run.viewer", "roles/browser", "roles/logging.viewer"]
}

resource "google_project_iam_member" "deployer" {
  for_each = {
    for pair in setproduct(keys(var.repositories), local.deployer_roles) : "${pair[0]} ${pair[1]}" => pair
  }
  project = var.project_id
  role    = each.value[1]
  member  = google_service_account.deployer[each.value[0]].member
}

resource "google_project_iam_member" "reader" {
  for_each = {
    for pair in setproduct(keys(var.repositories), local.reader_roles) : "${pair[0]} ${pair[1]}" => pair
  }
  project = var.project_id
  role    = each.value[1]
  member  = google_service_account.reader[each.value[0]].member
}

# On the project, because the service of a function exists only after its first build.
resource "google_project_iam_member" "invoker" {
  for_each = var.repositories
  project  = var.project_id
  role     = "roles/run.invoker"
  member   = google_service_account.invoker[each.key].member
}

resource "google_service_account_iam_member" "runtime" {
  for_each           = var.repositories
  service_account_id = "projects/${var.project_id}/serviceAccounts/${coalesce(each.value.runtime_account, local.default_runtime)}"
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.deployer[each.key].member

  depends_on = [google_project_service.needed]
}
