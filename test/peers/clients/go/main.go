// Calls the sandbox with Google's own Go clients. Prints one line of JSON per call: {"call", "error"}.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/oauth2"
	functions "google.golang.org/api/cloudfunctions/v2"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	run "google.golang.org/api/run/v2"
)

var unexpected = errors.New("the answer is not the expected one")

func call(what string, work func() (bool, error)) {
	expected, err := work()
	if err == nil && !expected {
		err = unexpected
	}
	line := map[string]any{"call": "go " + what, "error": nil}
	if err != nil {
		line["error"] = fmt.Sprintf("%.400s", err.Error())
	}
	text, _ := json.Marshal(line)
	fmt.Println(string(text))
}

func main() {
	region, id, token := os.Args[1], os.Args[2], os.Args[3]
	parent := fmt.Sprintf("projects/%s/locations/%s", os.Getenv("CLOUDSDK_CORE_PROJECT"), region)
	name, service := parent+"/functions/"+id, parent+"/services/"+id
	login := option.WithTokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}))
	at := func(api string) option.ClientOption {
		return option.WithEndpoint(os.Getenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_" + api))
	}
	ctx := context.Background()
	fns, err := functions.NewService(ctx, login, at("CLOUDFUNCTIONS"))
	if err != nil {
		panic(err)
	}
	runs, err := run.NewService(ctx, login, at("RUN"))
	if err != nil {
		panic(err)
	}
	ofFunctions, ofServices := fns.Projects.Locations.Functions, runs.Projects.Locations.Services

	call("functions list", func() (bool, error) {
		list, err := ofFunctions.List(parent).Filter(`environment="GEN_2"`).Do()
		return err == nil && len(list.Functions) > 0, err
	})
	call("functions list by pages", func() (bool, error) {
		count := 0
		err := ofFunctions.List(parent).PageSize(1).Pages(ctx, func(page *functions.ListFunctionsResponse) error {
			count += len(page.Functions)
			return nil
		})
		return count > 0, err
	})
	call("functions get", func() (bool, error) {
		fn, err := ofFunctions.Get(name).Do()
		return err == nil && fn.State == "ACTIVE", err
	})
	call("functions get of one that is not there", func() (bool, error) {
		var refused *googleapi.Error
		_, err := ofFunctions.Get(name + "-none").Do()
		return errors.As(err, &refused) && refused.Code == 404, nil
	})
	call("functions runtimes", func() (bool, error) {
		list, err := fns.Projects.Locations.Runtimes.List(parent).Do()
		return err == nil && len(list.Runtimes) > 3, err
	})
	call("functions upload URL", func() (bool, error) {
		answer, err := ofFunctions.GenerateUploadUrl(parent, &functions.GenerateUploadUrlRequest{}).Do()
		return err == nil && answer.UploadUrl != "", err
	})
	call("functions download URL", func() (bool, error) {
		answer, err := ofFunctions.GenerateDownloadUrl(name, &functions.GenerateDownloadUrlRequest{}).Do()
		return err == nil && answer.DownloadUrl != "", err
	})
	call("functions update of the description", func() (bool, error) {
		change := &functions.Function{Description: "from Go"}
		operation, err := ofFunctions.Patch(name, change).UpdateMask("description").Do()
		for err == nil && !operation.Done {
			time.Sleep(50 * time.Millisecond)
			operation, err = fns.Projects.Locations.Operations.Get(operation.Name).Do()
		}
		if err != nil {
			return false, err
		}
		fn, err := ofFunctions.Get(name).Do()
		return err == nil && fn.Description == "from Go", err
	})
	call("functions policy", func() (bool, error) {
		policy, err := ofFunctions.GetIamPolicy(name).Do()
		return err == nil && policy.Etag != "", err
	})
	call("functions permissions", func() (bool, error) {
		asked := &functions.TestIamPermissionsRequest{Permissions: []string{"cloudfunctions.functions.get"}}
		answer, err := ofFunctions.TestIamPermissions(name, asked).Do()
		return err == nil && len(answer.Permissions) == 1, err
	})
	call("functions locations", func() (bool, error) {
		list, err := fns.Projects.Locations.List("projects/" + os.Getenv("CLOUDSDK_CORE_PROJECT")).Do()
		return err == nil && len(list.Locations) > 0, err
	})
	call("run services list", func() (bool, error) {
		list, err := ofServices.List(parent).Do()
		return err == nil && len(list.Services) > 0, err
	})
	call("run services get", func() (bool, error) {
		found, err := ofServices.Get(service).Do()
		return err == nil && found.Name == service, err
	})
	call("run services traffic", func() (bool, error) {
		latest := &run.GoogleCloudRunV2TrafficTarget{Type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", Percent: 100}
		change := &run.GoogleCloudRunV2Service{Traffic: []*run.GoogleCloudRunV2TrafficTarget{latest}}
		operation, err := ofServices.Patch(service, change).UpdateMask("traffic").Do()
		for err == nil && !operation.Done {
			time.Sleep(50 * time.Millisecond)
			operation, err = runs.Projects.Locations.Operations.Get(operation.Name).Do()
		}
		return err == nil && operation.Error == nil, err
	})
	call("run services policy", func() (bool, error) {
		policy, err := ofServices.GetIamPolicy(service).Do()
		return err == nil && policy.Etag != "", err
	})
	call("run services permissions", func() (bool, error) {
		asked := &run.GoogleIamV1TestIamPermissionsRequest{Permissions: []string{"run.services.get"}}
		answer, err := ofServices.TestIamPermissions(service, asked).Do()
		return err == nil && len(answer.Permissions) == 1, err
	})
	call("run revisions list and get", func() (bool, error) {
		list, err := ofServices.Revisions.List(service).Do()
		if err != nil || len(list.Revisions) == 0 {
			return false, err
		}
		found, err := ofServices.Revisions.Get(list.Revisions[0].Name).Do()
		return err == nil && found.Name == list.Revisions[0].Name, err
	})
}
